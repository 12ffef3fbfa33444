"""What is typed about one address is bounded; a withdrawal never is, and no record stands in the way of its erasure."""

import base64
import logging
import random
from datetime import timedelta

import pytest

from chalicelib.door.intake import name_submission
from chalicelib.erasure.run import advance_erasures
from chalicelib.models import Consent, ConsentState, Entry, Reading, Trust
from chalicelib.people.bounds import MOST_A_DAY, MOST_IN_ALL, count_typed
from chalicelib.settling import waiting
from chalicelib.settling.dispatch import settle_item, settle_keys, sweep_inbox
from chalicelib.store.inbox import State
from chalicelib.store.stored_rows import SHAPE
from tests.builders.erasures import LATER, forget
from tests.builders.shop import DOOR_KEY, NOW, a_submission
from tests.builders.signed import account, an_order_of, says

VERA = "vera@example.org"
MINUTE = timedelta(minutes=1)


def post(shop, number, day=0, **values):
    """Post a survey about Vera; return its outcome."""
    at = NOW + timedelta(days=day, minutes=number)
    return shop.take(a_submission(email=VERA, entry={"why": f"{number}"}, at=at, **values))


def fill_day(shop, day=0):
    """Type as much about Vera as one day takes."""
    return [post(shop, number, day) for number in range(MOST_A_DAY)]


def test_a_day_takes_so_much_and_the_next_day_more(shop):
    assert set(fill_day(shop)) == {"settled"}
    assert post(shop, MOST_A_DAY) == "quarantined"
    assert shop.read_profile(VERA).events == MOST_A_DAY
    assert post(shop, 0, day=1) == "settled"
    assert post(shop, 0.5, day=1) == "quarantined"


@pytest.mark.parametrize("hour", [3, 12, 20])
def test_no_day_of_24_hours_takes_more_wherever_midnight_is(shop, hour):
    outcomes = [
        shop.take(a_submission(email=VERA, entry={"n": n}, at=NOW + timedelta(hours=hour + n))) for n in range(24)
    ]
    assert outcomes == ["settled"] * MOST_A_DAY + ["quarantined"] * (24 - MOST_A_DAY)


def test_the_count_does_not_depend_on_the_order_of_settling():
    times = [NOW + timedelta(hours=hour) for hour in range(MOST_A_DAY + 3)]
    counts = set()
    for turn in (times, times[::-1], times[5:] + times[:5]):
        held = None
        for at in turn:
            held = count_typed(held, a_submission(email=VERA, at=at))
        counts.add(held)
    assert len(counts) == 1


def test_what_is_set_aside_is_kept_for_staff_who_can_let_it_through(shop):
    fill_day(shop)
    late = a_submission(email=VERA, entry={"why": "late"}, at=NOW + timedelta(hours=2))
    assert shop.take(late) == "quarantined"
    key = name_submission(late, DOOR_KEY)
    assert shop.inbox.read_item(key).reason == "typed too often"
    shop.inbox.release_item(key, State.QUARANTINED)
    assert settle_item(key, shop.services(), NOW + timedelta(hours=3)) == "settled"


NO = Consent(purpose="marketing", state=ConsentState.WITHDRAWN, at=NOW, channel="form:stop")
CART = Entry(kind="cart", at=NOW, id="cart-1", values={"items": 1})


@pytest.mark.parametrize(
    "message",
    [
        says(Reading(kind="consent", email=VERA, consents=(NO,)), 30, sender="form", trust=Trust.ANONYMOUS),
        account(7, VERA, 30),
        an_order_of(1, VERA, "", 30, typed=True),
        says(Reading(kind="import", email=VERA), 30, sender="import", trust=Trust.OWN),
    ],
    ids=["a withdrawal", "an account", "a guest's order", "an import"],
)
def test_what_is_not_typed_and_every_no_is_settled_all_the_same(shop, message):
    fill_day(shop)
    assert post(shop, MOST_A_DAY) == "quarantined"
    assert shop.take(message) == "settled"


def test_an_unpaid_order_of_a_guest_counts_as_typed(shop):
    fill_day(shop)
    assert shop.take(an_order_of(1, VERA, "", 30, typed=True, state="unpaid")) == "quarantined"


def test_a_cart_counts_once_however_often_it_changes(shop):
    for minute in range(3 * MOST_A_DAY):
        cart = CART.model_copy(update={"at": NOW + minute * MINUTE, "values": {"items": minute}})
        message = says(Reading(kind="cart", email=VERA, entry=cart), minute, trust=Trust.OWN, topic="carts/update")
        assert shop.take(message) == "settled"
    record = shop.read_record(VERA)
    assert [row.entry.values for row in record.entries.values()] == [{"items": 3 * MOST_A_DAY - 1}]
    assert (record.profile.events, record.profile.totals.entries) == (1, {"cart": 1})
    assert len(shop.read_history(shop.find_id(VERA))) == 1


def test_an_old_cart_that_comes_late_changes_nothing(shop):
    carts = {at: CART.model_copy(update={"at": NOW + at * MINUTE}) for at in (5, 1)}
    newer, older = (
        says(Reading(kind="cart", email=VERA, entry=cart), at, trust=Trust.OWN) for at, cart in carts.items()
    )
    assert [shop.take(newer), shop.take(older)] == ["settled", "settled"]
    [row] = shop.read_record(VERA).entries.values()
    assert row.entry.at == NOW + 5 * MINUTE


def test_the_bound_in_all_holds_for_every_day_after(shop):
    fill_day(shop)
    people = shop.services().people
    person = people.load_person(shop.find_id(VERA))
    full = person.profile.typed.model_copy(update={"in_all": MOST_IN_ALL})
    people.table.commit_parts([people.write_core(person, person.profile.model_copy(update={"typed": full}), None)])
    assert post(shop, 0, day=400) == "quarantined"


def break_core(shop, customer_id, sealed=b"not what we sealed"):
    """Make a record unreadable, as a fault of ours or of the table would."""
    table = shop.services().table
    table.change_item({"pk": f"cust#{customer_id}", "sk": "core"}, "SET sealed = :sealed", sealed=sealed)


def test_a_record_that_cannot_be_read_is_forgotten_all_the_same(shop):
    shop.take(account(7, VERA))
    shop.take(an_order_of(1, VERA, "7", 1))
    customer = shop.find_id(VERA)
    break_core(shop, customer)
    forget(shop, VERA)
    assert advance_erasures(shop.services(), LATER) == {"verified": 1}
    assert shop.list_customers() == []
    assert shop.find_id(VERA) is None
    assert shop.take(an_order_of(1, VERA, "7", 2)) == "nobody"
    left = [row["pk"]["S"] for row in shop.read_all("customers") if customer in row["pk"]["S"] + row["sk"]["S"]]
    assert left == [f"review#{customer}"]  # retention drops it at the next review


def test_an_order_that_names_nobody_is_barred_by_its_row(shop):
    shop.take(account(7, VERA))
    shop.take(an_order_of(1, "", "7", 1))
    forget(shop, VERA)
    advance_erasures(shop.services(), LATER)
    refund = {"id": "r1", "order_id": "1", "amount": "5", "currency": "EUR"}
    assert shop.take(says(Reading(kind="refund", refunds=(refund,)), 9, topic="refund")) == "nobody"


def test_a_row_of_a_later_version_is_left_alone(shop):
    shop.take(account(7, VERA))
    customer = shop.find_id(VERA)
    table = shop.services().table
    table.change_item({"pk": f"cust#{customer}", "sk": "core"}, "SET shape = :shape", shape=SHAPE + 1)
    key = shop.accept(a_submission(email=VERA, name="Vera", at=NOW + MINUTE))
    assert settle_keys([key], shop.services(), NOW + MINUTE) == {"postponed": 1}
    assert shop.inbox.read_item(key).state is State.NEW
    table.change_item({"pk": f"cust#{customer}", "sk": "core"}, "SET shape = :shape", shape=1)
    assert settle_keys([key], shop.services(), NOW + MINUTE) == {"settled": 1}


def test_what_does_not_fit_is_parked_before_anything_is_written(shop):
    shop.take(account(7, VERA))
    before = shop.read_all("customers")
    # Such a delivery just fits into the inbox, and its event and entry do not fit into rows of a person.
    values = {"note": base64.b64encode(random.Random(7).randbytes(395_000)).decode()}
    message = says(Reading(kind="survey", email=VERA, entry=Entry(kind="survey", at=NOW, values=values)), 5)
    assert shop.take(message) == "parked"
    assert shop.inbox.read_item(shop.accept(message)).reason.startswith("OversizeError")
    after = [row for row in shop.read_all("customers") if not row["pk"]["S"].startswith("waits#")]
    assert after == before


def test_quarantine_in_all_is_bounded_and_the_oldest_make_room(shop, monkeypatch, caplog):
    monkeypatch.setattr(waiting, "MOST_HELD", 3)
    with caplog.at_level(logging.WARNING):
        keys = [
            shop.quarantine(a_submission(email=f"p{number}@example.org", at=NOW + timedelta(minutes=number)))
            for number in range(5)
        ]
    assert [each.getMessage() for each in caplog.records] == ["submission_quarantined"] * 5

    sweep_inbox(shop.services(), NOW + timedelta(hours=1))
    assert [shop.inbox.read_item(key).state.value for key in keys] == ["dropped"] * 2 + ["quarantined"] * 3
