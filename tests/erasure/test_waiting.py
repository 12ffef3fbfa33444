"""Waiting inbox items are found by whom they name; neither their number nor their content slows an erasure down."""

from datetime import timedelta

import pytest

from chalicelib.erasure.run import advance_erasures
from chalicelib.erasure.waiting import find_waiting
from chalicelib.models import Entry, Identity, Reading, Trust
from chalicelib.optin.ask import ask_waiting
from chalicelib.settling import waiting
from chalicelib.settling.dispatch import settle_item
from chalicelib.settling.waiting import MOST_ABOUT, MOST_TYPED
from chalicelib.store.inbox import State
from tests.builders.erasures import LATER, forget
from tests.builders.mails import Post
from tests.builders.optin import sign_up
from tests.builders.shop import NOW, a_submission
from tests.builders.signed import says

VERA = "vera@example.org"


def list_found(shop, address):
    """Return the keys and states of the waiting items about an address."""
    services = shop.services()
    found = find_waiting(services.people.name_address(address), "9999", services)
    return {wait.key: state for wait, state in found}


def a_mention(address, **changes):
    """Return a message that no reader of ours understands, with an address in it."""
    submission = a_submission(entry={}).model_copy(update={"body": b'{"who": "%s"' % address.encode(), **changes})
    return submission.model_copy(update={"idempotency_key": address})


def test_what_is_parked_is_found_by_an_address_in_its_body(shop):
    key = shop.accept(a_mention(VERA))
    assert settle_item(key, shop.services(), NOW) == "parked"
    assert list_found(shop, VERA) == {key: State.PARKED}
    assert list_found(shop, "other@example.org") == {}


def test_what_waits_for_a_confirmation_is_found(shop):
    key = sign_up(shop, VERA)
    assert list_found(shop, VERA) == {key: State.UNCONFIRMED}


def test_what_names_nobody_is_found_by_an_address_in_its_body(shop):
    entry = Entry(kind="survey", at=NOW, values={"to": VERA})
    key = shop.accept(says(Reading(kind="survey", entry=entry)))
    assert settle_item(key, shop.services(), NOW) == "nameless"
    assert list_found(shop, VERA) == {key: State.NAMELESS}


def test_an_item_with_a_broken_seal_is_parked_all_the_same(shop):
    key = shop.accept(a_submission(email=VERA))
    shop.inbox.table.change_item({"pk": key}, "SET sealed = :sealed", sealed=b"broken")
    assert settle_item(key, shop.services(), NOW) == "parked"
    assert list_found(shop, VERA) == {}


@pytest.mark.parametrize(("trust", "most"), [(Trust.ANONYMOUS, MOST_TYPED), (Trust.SIGNED, MOST_TYPED + 1)])
def test_of_what_anybody_typed_so_many_addresses_are_noted(shop, trust, most):
    body = " ".join(f"a{number}@example.org" for number in range(MOST_TYPED + 1)).encode()
    key = shop.accept(a_submission().model_copy(update={"body": body, "trust": trust}))
    assert settle_item(key, shop.services(), NOW) == "parked"
    assert [bool(list_found(shop, f"a{number}@example.org")) for number in range(MOST_TYPED + 1)].count(True) == most


def test_the_oldest_about_one_address_make_room(shop, monkeypatch):
    monkeypatch.setattr(waiting, "MOST_ABOUT", 3)
    keys = [
        shop.quarantine(a_submission(email=VERA, at=NOW + timedelta(minutes=number), entry={"n": number}))
        for number in range(5)
    ]
    other = shop.quarantine(a_submission(email="other@example.org"))
    assert [shop.inbox.read_item(key).state for key in keys] == ["dropped"] * 2 + ["quarantined"] * 3
    assert shop.inbox.read_item(other).state is State.QUARANTINED
    assert set(list_found(shop, VERA)) == set(keys[2:])
    assert MOST_ABOUT == 100


def post_as(shop, network, minute, **entry):
    """Settle a survey about Vera from a network, through the use case of the function; return its key."""
    at = NOW + timedelta(minutes=minute)
    posted = a_submission(email=VERA, at=at, entry={"n": minute, **entry}).model_copy(update={"network": network})
    key = shop.accept(posted)
    settle_item(key, shop.services(), at)
    return key


def test_a_flood_of_one_network_drops_itself_and_not_what_others_sent(shop, monkeypatch):
    monkeypatch.setattr(waiting, "MOST_ABOUT", 5)
    for minute in range(10):
        post_as(shop, "203.0.113.0/24", minute)
    own = post_as(shop, "192.0.2.0/24", 10)
    flood = [post_as(shop, "198.51.100.0/24", minute) for minute in range(11, 31)]

    assert shop.inbox.read_item(own).state is State.QUARANTINED
    assert [shop.inbox.read_item(key).state for key in flood[-4:]] == ["quarantined"] * 4
    assert {shop.inbox.read_item(key).state.value for key in flood[:-4]} == {"dropped"}
    assert set(list_found(shop, VERA)) == {own, *flood[-4:]}


def test_what_waits_for_a_confirmation_is_bounded_too_but_what_was_asked_stays(shop, monkeypatch):
    monkeypatch.setattr(waiting, "MOST_ABOUT", 5)
    asked = sign_up(shop, VERA, NOW)
    assert ask_waiting(shop.services(Post()), NOW) == {"asked": 1}
    keys = [sign_up(shop, VERA, NOW + timedelta(minutes=minute)) for minute in range(1, 20)]

    assert shop.inbox.read_item(asked).state is State.UNCONFIRMED
    assert [shop.inbox.read_item(key).state.value for key in keys] == ["dropped"] * 15 + ["unconfirmed"] * 4


def test_who_is_mentioned_in_what_is_about_others_is_found_by_so_many_notes_alone(shop, monkeypatch):
    monkeypatch.setattr(waiting, "MOST_ABOUT", 5)
    for minute in range(30):
        at = NOW + timedelta(minutes=minute)
        shop.quarantine(a_submission(email=f"p{minute % 3}@example.org", at=at, entry={"why": f"see {VERA} {minute}"}))
    (row,) = shop.services().people.name_rows(Identity(kind="email", value=VERA))
    assert len(list(shop.services().waits.list_waits([row]))) == 5


def test_what_is_parked_makes_no_room_and_stays_to_be_found(shop, monkeypatch):
    monkeypatch.setattr(waiting, "MOST_ABOUT", 2)
    parked = shop.accept(a_mention(VERA))
    assert settle_item(parked, shop.services(), NOW) == "parked"
    sign_up(shop, VERA, NOW + timedelta(seconds=1))
    keys = [shop.quarantine(a_submission(email=VERA, at=NOW + timedelta(minutes=n), entry={"n": n})) for n in (1, 2)]
    assert set(list_found(shop, VERA)) == {parked, keys[1]}


def test_an_erasure_reads_as_much_beside_a_hundred_items_as_beside_none(shop):
    calls = []
    for number, items in enumerate((0, 100)):
        for item in range(items):
            shop.quarantine(a_submission(email=f"stranger{item}@example.org", at=NOW + timedelta(seconds=item)))
        shop.take(a_submission(email=f"p{number}@example.org"))
        forget(shop, f"p{number}@example.org", request=f"r{number}")
        seen = []
        shop.dynamodb.meta.events.register("before-call.dynamodb", lambda seen=seen, **_: seen.append(1), unique_id="n")
        assert advance_erasures(shop.services(), LATER) == {"verified": 1}
        shop.dynamodb.meta.events.unregister("before-call.dynamodb", unique_id="n")
        calls.append(len(seen))
    assert calls[0] == calls[1]


def test_what_led_to_an_emptied_item_is_deleted(shop):
    shop.take(a_submission(email=VERA))
    shop.quarantine(a_submission(email=VERA, at=NOW + timedelta(minutes=1)))
    forget(shop, VERA)
    advance_erasures(shop.services(), LATER)
    assert [row for row in shop.read_all("customers") if row["pk"]["S"].startswith("waits#")] == []
