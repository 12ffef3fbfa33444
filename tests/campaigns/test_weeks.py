"""Counts by week: the same from any cut of the people, and never more sent than a budget has left."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.campaigns.simulation import simulate_days
from chalicelib.campaigns.weeks import add_counts, count_weeks, free_budgets, limit_budgets
from chalicelib.models import MailState
from tests.builders.agenda import CAMPAIGNS, DAY, NOW, OFFER, SHOP, a_campaign, a_person, a_shop, people

SENT, OVER = MailState.SENT.value, MailState.OVER_BUDGET.value
COUNTS = st.lists(st.integers(0, 9), min_size=13, max_size=13)


def count(crowd, campaigns=CAMPAIGNS):
    return count_weeks(simulate_days(crowd, free_budgets(campaigns), SHOP, NOW, 90))


@settings(max_examples=25, deadline=None)
@given(st.lists(people, max_size=5), st.integers(0, 5))
def test_the_people_may_be_cut_anywhere(crowd, cut):
    named = [each.model_copy(update={"customer_id": f"c-{number}"}) for number, each in enumerate(crowd)]
    whole, parts = count(named), add_counts(count(named[:cut]), count(named[cut:]))
    assert {name: states for name, states in parts.items() if states} == {
        name: states for name, states in whole.items() if states
    }


def test_a_mail_stands_in_the_week_in_which_it_is_due():
    counts = count_weeks(simulate_days([a_person(NOW - 20 * DAY)], [a_campaign()], a_shop(), NOW, 90))
    assert counts == {"win-back": {SENT: [0, 1, *[0] * 11]}}


def test_without_a_budget_everybody_who_is_due_is_counted_as_sent():
    crowd = [a_person(NOW - 20 * DAY).model_copy(update={"customer_id": f"c-{number}"}) for number in range(9)]
    poor = a_campaign(offer={**OFFER, "most_spent": "4", "expected_cost": "2"})
    assert sum(count(crowd, (poor,))["win-back"][SENT]) == 9
    limited = limit_budgets(count(crowd, (poor,)), (poor,), {})
    assert (sum(limited["win-back"][SENT]), sum(limited["win-back"][OVER])) == (2, 7)


@given(COUNTS, st.integers(0, 60))
def test_a_budget_is_used_week_by_week_and_nothing_is_lost(weeks, spent):
    campaign = a_campaign(offer={**OFFER, "most_spent": "50", "expected_cost": "2"})
    before = {"win-back": {SENT: weeks}, "other": {SENT: weeks}}
    after = limit_budgets(before, (campaign,), {"win-back": Decimal(spent)})
    kept, over = after["win-back"][SENT], after["win-back"].get(OVER, [0] * 13)
    assert [some + rest for some, rest in zip(kept, over, strict=True)] == weeks
    assert sum(kept) == min(sum(weeks), max(0, (50 - spent) // 2))
    assert after["other"] == before["other"]
    first = next((number for number, rest in enumerate(over) if rest), 13)
    assert not any(kept[first + 1 :])
