"""The fold: order does not matter, the stronger statement stands, a no is never lowered by an unproven yes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.models import (
    Consent,
    ConsentState,
    Entry,
    Grade,
    HeldValue,
    LineItem,
    Order,
    OrderState,
    Profile,
    Reading,
    Refund,
    Submission,
    Trust,
)
from chalicelib.people.consents import choose_consents, merge_consents
from chalicelib.people.profile import Record, fold_event
from chalicelib.people.renewal import recount_record, renew_latest
from chalicelib.people.shapes import read_shape
from chalicelib.people.union import join_profiles
from chalicelib.strictjson import dump_json
from tests.builders.folding import fold_history, fold_record

START = datetime(2026, 1, 1, tzinfo=UTC)
moments = st.integers(0, 5).map(lambda days: START + timedelta(days=days))


def a_submission(at=START, trust=Trust.SIGNED):
    return Submission(sender="shopify", topic="orders/paid", trust=trust, received_at=at, occurred_at=at, body=b"{}")


consents = st.builds(
    Consent,
    purpose=st.just("marketing"),
    state=st.sampled_from(ConsentState),
    at=moments,
    channel=st.sampled_from(["form:sign-up", "shopify"]),
    grade=st.sampled_from(Grade),
)
orders = st.builds(
    Order,
    id=st.sampled_from(["1", "2"]),
    placed_at=moments,
    updated_at=moments,
    state=st.sampled_from(OrderState),
    total=st.sampled_from([Decimal("1.50"), Decimal("20")]),
    refunds=st.dictionaries(st.sampled_from(["r1", "r2"]), st.sampled_from([Decimal(1), Decimal(2)])),
    test=st.booleans(),
    items=st.lists(st.builds(LineItem, title=st.sampled_from(["Tea", "Cup"])), max_size=2).map(tuple),
)
readings = st.builds(
    Reading,
    kind=st.just("order"),
    email=st.sampled_from(["", "asel@example.org", "b@example.org"]),
    fields=st.dictionaries(st.sampled_from(["name", "address"]), st.sampled_from(["Асель", "A"])),
    consents=st.lists(consents, max_size=2).map(tuple),
    orders=st.lists(orders, max_size=2).map(tuple),
    refunds=st.lists(
        st.builds(Refund, id=st.sampled_from(["r1", "r2"]), order_id=st.just("1"), amount=st.just(Decimal(2))),
        max_size=1,
    ).map(tuple),
    entry=st.none()
    | st.builds(
        Entry,
        kind=st.sampled_from(["warranty", "survey"]),
        at=moments,
        values=st.sampled_from([{"score": 9}, {"score": 3, "why": "Too slow."}]),
    ),
    withdraws=st.sampled_from(["", "", "k0", "k1"]),
)
events = st.tuples(st.builds(a_submission, moments, st.sampled_from(Trust)), readings)
histories = st.lists(events, max_size=6).map(lambda pairs: [(f"k{n}", *pair) for n, pair in enumerate(pairs)])


@given(histories, st.randoms())
def test_history_folds_the_same_in_any_order(history, chance):
    shuffled = list(history)
    chance.shuffle(shuffled)

    assert fold_record("c", shuffled) == fold_record("c", history)


@given(histories)
def test_folding_one_more_event_into_a_stored_profile_equals_folding_all(history):
    record = Record(Profile(customer_id="c"))
    for event in history:
        record = fold_event(record, *event)
        stored = Profile.model_validate_json(record.profile.model_dump_json(exclude_defaults=True))
        record = renew_latest(replace(record, profile=stored))

    assert record == fold_record("c", history)


@given(histories)
def test_what_an_earlier_version_wrote_is_counted_again_from_its_rows(history):
    whole = fold_record("c", history)
    values = whole.profile.model_dump(exclude_defaults=True, mode="json")
    totals = {
        name: values["totals"][name] for name in ("purchases", "spent", "entries") if name in values.get("totals", {})
    }
    old = {name: value for name, value in values.items() if name not in ("answers", "latest")} | {"totals": totals}
    read = read_shape(Profile, "core", 1, dump_json(old))

    assert read.uncounted
    assert recount_record(replace(whole, profile=read)) == whole


def click(day, by):
    at = START + timedelta(days=day)
    entry = Entry(kind="click", at=at, values={"by": by, "campaign": "welcome"})
    return f"click-{by}-{day}", a_submission(at), Reading(kind="click", entry=entry)


def test_the_last_click_of_a_person_is_kept_in_any_order_and_no_scanners():
    history = [click(3, "person"), click(5, "machine"), click(1, "person")]
    found = {fold_history("c", order).clicked for order in permutations(history)}
    assert found == {START + timedelta(days=3)}
    halves = (fold_history("c", history[:2]), fold_history("d", history[2:]))
    assert join_profiles("j", *halves).clicked == join_profiles("j", *reversed(halves)).clicked == found.pop()
    assert fold_history("c", history[1:2]).clicked is None


def test_signed_source_outranks_a_later_form():
    signed = (a_submission(START), Reading(kind="customer", fields={"name": "Asel"}))
    typed = (
        a_submission(START + timedelta(days=9), Trust.ANONYMOUS),
        Reading(kind="sign-up", fields={"name": "Mallory"}),
    )

    profile = fold_history("c", [("1", *signed), ("2", *typed)])

    assert profile.fields["name"].value == "Asel"
    assert profile.fields["name"].source == "shopify:orders/paid"


def test_later_form_corrects_an_earlier_one():
    old = (a_submission(START, Trust.ANONYMOUS), Reading(kind="sign-up", fields={"name": "Asl"}))
    new = (a_submission(START + timedelta(days=1), Trust.OWN), Reading(kind="sign-up", fields={"name": "Asel"}))

    assert fold_history("c", [("2", *new), ("1", *old)]).fields["name"].value == "Asel"


def say(state, days, *, grade=Grade.TYPED):
    at = START + timedelta(days=days)
    consent = Consent(purpose="marketing", state=state, at=at, channel="form:sign-up", grade=grade)
    return a_submission(at, Trust.ANONYMOUS), Reading(kind="sign-up", consents=(consent,))


def test_unproven_yes_never_lowers_a_no():
    no = say(ConsentState.WITHDRAWN, 1)
    yes = say(ConsentState.GIVEN, 2)

    assert fold_history("c", [("1", *no), ("2", *yes)]).consents["marketing"].state is ConsentState.WITHDRAWN


def test_waiting_for_a_confirmation_pauses_nobody():
    yes = say(ConsentState.GIVEN, 1)
    asked = say(ConsentState.PENDING, 2)

    assert fold_history("c", [("1", *yes), ("2", *asked)]).consents["marketing"].state is ConsentState.GIVEN


def test_signed_yes_after_a_no_counts():
    no = say(ConsentState.WITHDRAWN, 1)
    yes = say(ConsentState.GIVEN, 2, grade=Grade.SIGNED)

    assert fold_history("c", [("1", *no), ("2", *yes)]).consents["marketing"].state is ConsentState.GIVEN


def an_order(state, days, **changes):
    at = START + timedelta(days=days)
    values = {"id": "1", "placed_at": START, "updated_at": at, "state": state, "total": Decimal("9.90")}
    return a_submission(at), Reading(kind="order", orders=(Order(**{**values, **changes}),))


def test_late_old_description_of_an_order_changes_nothing():
    record = fold_record(
        "c", [("1", *an_order(OrderState.PAID, 3)), ("2", *an_order(OrderState.OPEN, 1, total=Decimal(1)))]
    )

    order = record.orders["shopify::1"].order
    assert (order.state, order.total) == (OrderState.PAID, Decimal("9.90"))
    assert record.profile.last_purchase == START


def test_cancelled_and_test_orders_are_no_purchase():
    cancelled = fold_history("c", [("1", *an_order(OrderState.CANCELLED, 3))])
    test = fold_history("c", [("1", *an_order(OrderState.PAID, 3, test=True))])

    assert cancelled.last_purchase is None
    assert test.last_purchase is None


@pytest.mark.parametrize(("value", "text"), [("en", "en"), ("", ""), (7, ""), (True, ""), (["en"], ""), (None, "")])
def test_a_field_is_read_as_text_only_where_it_is_text(value, text):
    held = HeldValue(value=value, at=START, source="form", grade=Grade.TYPED)

    assert Profile(customer_id="c", fields={"language": held}).text("language") == text
    assert Profile(customer_id="c").text("language") == ""


def test_a_parents_confirmed_word_of_a_childs_day_hides_no_later_word():
    pending = {"purpose": "marketing", "state": "pending", "channel": "parent"}
    childs = Consent(**pending, at=datetime(2026, 3, 1, tzinfo=UTC), grade="confirmed")
    later = Consent(**pending, at=datetime(2026, 3, 2, tzinfo=UTC), grade="typed")
    heard = merge_consents(merge_consents({}, [childs]), [later])
    assert choose_consents(heard, datetime(2026, 3, 2, tzinfo=UTC))[0] == {"marketing": later}
