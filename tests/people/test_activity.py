"""ActivityStatus: by one's own rhythm, else by the shop's rule, else "not enough data"."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.models import Order, OrderState
from chalicelib.people.activity import ActivityStatus, judge_activity
from tests.builders.folding import profile_of

START = datetime(2026, 1, 1, 12, tzinfo=UTC)


def after(days):
    return START + timedelta(days=days)


def a_profile(*days, **changes):
    """Return somebody who bought so many days after the start."""
    orders = {
        f"shopify:s:{number}": Order(
            id=str(number), placed_at=after(day), updated_at=after(day), **{"state": OrderState.PAID, **changes}
        )
        for number, day in enumerate(days)
    }
    return profile_of(orders=orders)


@pytest.mark.parametrize(
    ("days", "now", "standing", "since", "reason"),
    [
        ((), 10, ActivityStatus.UNKNOWN, None, "not enough data: no purchase yet"),
        ((0,), 29, ActivityStatus.ACTIVE, 0, "29 days without purchase, by the shop's rule of 30"),
        ((0,), 30, ActivityStatus.INACTIVE, 30, "30 days without purchase, by the shop's rule of 30"),
        ((0, 90), 119, ActivityStatus.ACTIVE, 90, "29 days without purchase, by the shop's rule of 30"),
        ((0, 40, 80), 139, ActivityStatus.ACTIVE, 80, "usual gap 40 days, now 59"),
        ((0, 40, 80), 140, ActivityStatus.AT_RISK, 140, "usual gap 40 days, now 60"),
        ((0, 40, 80), 174, ActivityStatus.AT_RISK, 140, "usual gap 40 days, now 94"),
        ((0, 40, 80), 180, ActivityStatus.INACTIVE, 180, "usual gap 40 days, now 100"),
        ((0, 40, 400, 441), 500, ActivityStatus.ACTIVE, 441, "usual gap 41 days, now 59"),
        ((0, 1, 2), 12, ActivityStatus.ACTIVE, 2, "usual gap 1 day (counted as 7), now 10"),
        ((0, 1, 2), 13, ActivityStatus.AT_RISK, 12.5, "usual gap 1 day (counted as 7), now 11"),
        ((0, 10, 25), 43, ActivityStatus.ACTIVE, 25, "usual gap 12.5 days, now 18"),
    ],
)
def test_standing_with_its_reason(days, now, standing, since, reason):
    found = judge_activity(a_profile(*days), after(now))

    assert (found.status, found.reason) == (standing, reason)
    assert found.since == (None if since is None else after(since))


def test_three_orders_on_one_day_are_one_shopping_trip():
    assert judge_activity(a_profile(0, 0, 0, 10), after(39)).usual_gap_days is None


@pytest.mark.parametrize("change", [{"state": OrderState.CANCELLED}, {"state": OrderState.REFUNDED}, {"test": True}])
def test_what_was_not_bought_is_no_purchase(change):
    assert judge_activity(a_profile(0, 40, 80, **change), after(81)).status is ActivityStatus.UNKNOWN


def test_the_shop_sets_its_own_rule():
    assert judge_activity(a_profile(0), after(30), quiet_days=60).status is ActivityStatus.ACTIVE


def test_a_purchase_still_to_come_is_not_counted():
    assert judge_activity(a_profile(0, 40, 80, 300), after(81)).reason == "usual gap 40 days, now 1"


def test_dates_out_of_this_world_are_left_out():
    profile = a_profile(0)
    nonsense = profile.latest["shopify:s:0"].model_copy(update={"placed_at": datetime(9999, 12, 31, tzinfo=UTC)})
    assert judge_activity(profile.model_copy(update={"latest": {"x": nonsense}}), after(1)).since is None


@given(st.lists(st.integers(0, 400), max_size=8), st.integers(0, 900), st.integers(0, 900))
def test_who_buys_nothing_only_ever_moves_away(days, first, second):
    order = [ActivityStatus.UNKNOWN, ActivityStatus.ACTIVE, ActivityStatus.AT_RISK, ActivityStatus.INACTIVE]
    earlier, later = sorted((first, second))
    bought = [day for day in days if day <= earlier]

    before, afterwards = (judge_activity(a_profile(*bought), after(now)) for now in (earlier, later))

    assert order.index(before.status) <= order.index(afterwards.status)
    assert before.since is None or before.since <= after(earlier)
