"""The code of a mail proves a request: once, in time, and for the kind that it was made for."""

import threading
from datetime import timedelta

import pytest

from chalicelib.data_requests.prove import PROVE_WITHIN
from chalicelib.data_requests.run import answer_requests
from chalicelib.models import Identity, Submission, Trust
from chalicelib.people.restriction import is_restricted
from chalicelib.senders.privacy import confirm_request, try_code
from chalicelib.settling.dispatch import settle_item
from chalicelib.store.links import Link, LinkKind, name_token
from chalicelib.store.requests import KEEP_REQUEST
from tests.builders.mails import Post
from tests.builders.requests import (
    ASEL,
    DAY,
    HOUR,
    START,
    a_result,
    ask,
    confirm,
    list_audits,
    list_states,
    read_link,
    read_mail,
    run_hours,
)


def test_turns_at_the_code_change_nothing(shop, asel):
    post = Post()
    ask(shop)
    answer_requests(shop.services(post), START)
    before = sorted(map(repr, shop.read_all("customers")))
    name = name_token(read_mail(post)[0])

    for slot in range(3):
        assert settle_item(shop.accept(try_code(name, slot, START)), shop.services(), START) == "settled"
    assert sorted(map(repr, shop.read_all("customers"))) == before


def test_code_works_once(shop, asel):
    post = Post()
    ask(shop)
    answer_requests(shop.services(post), START)
    token, _ = read_mail(post)

    assert confirm(shop, token) == "settled"
    version = shop.services().people.load_person(asel).version
    assert confirm(shop, token) == "settled"  # the same post again: its tombstone answers
    assert confirm(shop, token, network="192.0.2.0/24") == "nobody"
    assert shop.services().people.load_person(asel).version == version
    assert len(list_audits(shop)) == 1


def test_two_confirms_settled_at_once_take_effect_once(shop, asel):
    post = Post()
    ask(shop)
    answer_requests(shop.services(post), START)
    token, _ = read_mail(post)
    link = read_link(shop, token)
    keys = [
        shop.accept(
            confirm_request(link, name_token(token), a_result(token), START, network=f"{n}.0.0.0/24", language="en")
        )
        for n in range(4)
    ]
    outcomes = []
    threads = [
        threading.Thread(target=lambda key=key: outcomes.append(settle_item(key, shop.services(), START)))
        for key in keys
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["nobody", "nobody", "nobody", "settled"]
    assert len(shop.read_history(asel)) == 2


def test_code_of_the_last_second_counts_however_late_it_is_settled(shop, asel):
    post = Post()
    ask(shop)
    answer_requests(shop.services(post), START)
    token, _ = read_mail(post)
    last = START + PROVE_WITHIN - timedelta(seconds=1)
    run_hours(shop, post, 49, START + HOUR)
    assert list_states(shop, asel) == ["expired"]

    assert confirm(shop, token, last, settled_at=START + 3 * DAY) == "settled"
    assert is_restricted(shop.open_profile(asel))


def test_code_that_comes_too_late_does_nothing_and_its_row_ends(shop, asel):
    post = Post()
    ask(shop)
    answer_requests(shop.services(post), START)
    token, _ = read_mail(post)

    assert confirm(shop, token, START + PROVE_WITHIN) == "nobody"
    assert not is_restricted(shop.open_profile(asel))
    assert answer_requests(shop.services(post), START + 2 * DAY) == {"expired": 1}
    [row] = [row for row in shop.read_all("customers") if row["sk"]["S"].startswith("request#")]
    assert int(row["expires_at"]["N"]) == (START + KEEP_REQUEST).timestamp()
    assert "queue" not in row


@pytest.mark.parametrize("link", ["", "nobody's", "go"])
def test_link_of_another_kind_proves_nothing(shop, asel, link):
    people = shop.services().people
    if link == "go":
        rows = people.name_rows(Identity(kind="link", value="go"))
        people.table.commit_parts([people.identities.write_owner(row, asel) for row in rows])
    said = confirm_request(
        Link(kind=LinkKind.REQUEST, request="restrict"),
        link or "?",
        a_result("t" * 43),
        START,
        network="",
        language="en",
    )

    assert settle_item(shop.accept(said), shop.services(), START) == "nobody"
    assert not is_restricted(shop.open_profile(asel))


def test_link_proves_the_kind_it_was_made_for_and_no_other(shop, asel):
    post = Post()
    ask(shop, "access")
    answer_requests(shop.services(post), START)
    token, _ = read_mail(post)
    said = confirm_request(
        Link(kind=LinkKind.REQUEST, request="erase"),
        name_token(token),
        a_result(token),
        START,
        network="",
        language="en",
    )

    assert settle_item(shop.accept(said), shop.services(), START) == "nobody"
    assert shop.find_id(ASEL) == asel


@pytest.mark.parametrize("body", [b"?", b"{}", b'{"kind":"sell","email":"a@b"}', b'{"link":1,"kind":"erase"}'])
@pytest.mark.parametrize("topic", ["request", "confirm", "lift", "other"])
def test_body_that_we_did_not_write_is_parked(shop, topic, body):
    odd = Submission(sender="privacy", topic=topic, trust=Trust.OWN, received_at=START, occurred_at=START, body=body)
    outcome = settle_item(shop.accept(odd), shop.services(), START)

    assert outcome == ("nobody" if topic == "lift" and body != b"?" else "parked")
