"""A no outlives an erasure as a keyed hash where the person wishes it, and ends by a yes through the same mailbox."""

import json

import pytest

from chalicelib.data_requests.run import answer_requests
from chalicelib.erasure.receipts import KEPT
from chalicelib.erasure.replay import replay_entry
from chalicelib.erasure.run import advance_erasures
from chalicelib.models import Identity
from chalicelib.optin.ask import ask_waiting
from chalicelib.senders.privacy import confirm_request
from chalicelib.settling.dispatch import settle_item
from chalicelib.store.links import Link, LinkKind, name_token
from tests.builders.mails import CONSENT, Post
from tests.builders.optin import press, read_token, sign_up
from tests.builders.requests import ASEL, DAY, HOUR, MINUTE, START, a_result, ask, prove, read_link, read_mail
from tests.builders.shop import a_submission


def erase(shop, *, wish, email=ASEL, at=START):
    """Ask for an erasure, type the code, tick the box or not; return the token of the result."""
    post = Post()
    ask(shop, "erase", email, at=at)
    answer_requests(shop.services(post), at)
    token, _ = read_mail(post)
    link, result = read_link(shop, token, at), a_result(token)
    said = confirm_request(link, name_token(token), result, at + MINUTE, network="", language="en", wish=wish)
    assert settle_item(shop.accept(said), shop.services(), at + MINUTE) == "settled"
    advance_erasures(shop.services(), at + 2 * MINUTE)
    return result


def list_stops(shop, email=ASEL):
    services = shop.services()
    return services.suppressions.list_stops(services.people.name_rows(Identity(kind="email", value=email)))


def read_receipt(shop, result):
    return json.loads(read_link(shop, result, START + HOUR).receipt)


def test_wish_keeps_a_hash_and_the_receipt_says_so(shop, asel):
    result = erase(shop, wish=True)

    assert set(list_stops(shop)) == {"wish"}
    assert read_receipt(shop, result)["kept"] == KEPT
    assert "keyed hash of the address" in KEPT
    assert ASEL not in repr([shop.read_all(table) for table in ("customers", "ledger", "links")])


def test_nothing_is_kept_without_the_wish(shop, asel):
    result = erase(shop, wish=False)

    assert list_stops(shop) == {}
    assert read_receipt(shop, result)["kept"] == ""


def test_wish_is_kept_under_every_live_secret(shop, asel):
    shop.services().keys.rotate_index()
    erase(shop, wish=True)

    services = shop.services()
    rows = services.people.name_rows(Identity(kind="email", value=ASEL))
    assert len(rows) == 2
    assert all(services.suppressions.list_stops([row]) for row in rows)


def test_wish_is_about_the_proven_address_alone(shop, asel):
    other = "asel.work@example.org"
    services = shop.services()
    rows = services.people.name_rows(Identity(kind="email", value=other))
    services.table.commit_parts([services.identities.write_owner(row, asel) for row in rows])
    erase(shop, wish=True, email=other)

    assert set(list_stops(shop, other)) == {"wish"}
    assert list_stops(shop) == {}


@pytest.mark.parametrize("kind", ["restrict", "object", "access", "correct"])
def test_other_requests_keep_no_hash(shop, asel, kind):
    prove(shop, Post(), kind)

    assert list_stops(shop) == {}


@pytest.mark.parametrize("days", [0, 3])
def test_typed_sign_up_after_the_erasure_lifts_nothing(shop, asel, days):
    erase(shop, wish=True)
    shop.take(a_submission(email=ASEL, at=START + HOUR + days * DAY, consents=[CONSENT]))

    assert set(list_stops(shop)) == {"wish"}


def ask_anew(shop, email=ASEL):
    """Sign up and get the confirmation mail; return its token. What blocks that mail is tested where it is sent."""
    post = Post()
    sign_up(shop, email, at=START + HOUR)
    ask_waiting(shop.services(post), START + HOUR)
    return read_token(post)


def bar(shop, reason, email=ASEL):
    services = shop.services()
    rows = services.people.name_rows(Identity(kind="email", value=email))
    services.table.commit_parts([services.suppressions.write_stop(row, reason, START) for row in rows])


@pytest.mark.parametrize(
    ("answer", "reason", "left"),
    [
        ("yes", "wish", set()),
        ("no", "wish", {"wish"}),
        ("yes", "bounced", {"bounced"}),
        ("yes", "complained", {"complained"}),
    ],
)
def test_confirmed_yes_through_the_mailbox_lifts_a_wish_and_nothing_else(shop, answer, reason, left):
    token = ask_anew(shop)
    bar(shop, reason)

    assert press(shop, token, answer, START + 2 * HOUR) == "settled"
    assert set(list_stops(shop)) == left


def test_yes_of_another_mailbox_lifts_no_wish(shop):
    token = ask_anew(shop, "other@example.org")
    bar(shop, "wish")

    assert press(shop, token, "yes", START + 2 * HOUR) == "settled"
    assert set(list_stops(shop)) == {"wish"}


def test_restored_table_bars_the_address_again(shop, asel):
    erase(shop, wish=True)
    services = shop.services()
    for row in services.people.name_rows(Identity(kind="email", value=ASEL)):
        services.table.commit_parts(services.suppressions.lift_wish(row))
    [entry] = [services.ledger.read_entry(1)]
    assert replay_entry(entry, services, START + DAY) == "still forgotten"
    assert list_stops(shop) == {}  # the table knows the erasure: the owner lifted the wish since
    services.table.delete_item({"pk": f"forget#{entry.request}", "sk": "forget"})

    assert replay_entry(entry, services, START + DAY) == "forgotten again"
    assert set(list_stops(shop)) == {"wish"}


def test_kinds_that_erase_nobody_write_no_wish():
    said = confirm_request(
        Link(kind=LinkKind.REQUEST, request="object"), "n", "r", START, network="", language="en", wish=True
    )

    assert b"wish" not in said.body
