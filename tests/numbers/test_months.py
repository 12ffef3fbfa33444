"""Months and weeks without anybody keep their place in the figures."""

from datetime import timedelta
from decimal import Decimal

import pytest

from chalicelib.models import AnswerMark, Profile, Totals
from chalicelib.models.months import MONTHS_BACK, list_latest, list_months, name_month, name_week
from chalicelib.numbers.cohorts import read_customers
from chalicelib.numbers.scores import read_scores
from chalicelib.numbers.share import list_shares
from chalicelib.numbers.tally import Tally
from tests.builders.invented import LENS
from tests.builders.shop import NOW


def count(profile):
    tally = Tally()
    for _ in range(12):
        tally.add_shares(list_shares(profile, LENS))
    return tally


@pytest.mark.parametrize(
    ("since", "until", "months"),
    [
        ("2025-11", "2026-02", ["2025-11", "2025-12", "2026-01", "2026-02"]),
        ("2026-02", "2026-02", ["2026-02"]),
        ("2026-03", "2026-02", []),
    ],
)
def test_every_month_from_one_to_another(since, until, months):
    assert list(list_months(since, until)) == months


@pytest.mark.parametrize(("now", "last"), [(NOW, "2024-04"), (NOW.replace(month=12), "2025-01")])
def test_the_latest_months_end_with_that_of_two_years_ago(now, last):
    months = list_latest(now)
    assert (months[0], months[-1]) == (name_month(now), last)
    assert len(months) == len(set(months)) == MONTHS_BACK
    assert sorted(months, reverse=True) == months


def test_a_month_without_a_purchase_stands_between_two_with_one():
    first, last = name_month(NOW - timedelta(days=92)), name_month(NOW)
    earned = {f"{first} EUR": Decimal(9), f"{last} EUR": Decimal(9)}
    bought = Profile(customer_id="c", totals=Totals(purchases=2, months={first: 1, last: 1}, earned=earned))
    customers = read_customers(count(bought), LENS)

    assert [each.month for each in customers.months] == list(list_months(first, last))
    between = len(customers.months) - 2
    assert between >= 2
    assert [each.buyers for each in customers.months] == [12, *[0] * between, 12]
    [cohort] = customers.cohorts
    assert [cohort.back[month].interval.value for month in sorted(cohort.back)] == [*[0] * between, 1]


def test_months_and_weeks_without_an_answer_stand_between_those_with_one():
    marks = {
        f"a{days}": AnswerMark(at=NOW - timedelta(days=days), kind="survey", event=f"event#{days}", values={"score": 9})
        for days in (0, 70)
    }
    [found] = read_scores(count(Profile(customer_id="c", answers=marks)), LENS)

    assert [each.period for each in found.months] == list(
        list_months(name_month(NOW - timedelta(days=70)), name_month(NOW))
    )
    assert [each.score.people for each in found.weeks] == [12, *[0] * 9, 12]
    assert found.weeks[-1].period == name_week(NOW)


def test_without_purchases_and_answers_there_are_none():
    tally = count(Profile(customer_id="c"))
    assert read_customers(tally, LENS).months == ()
    assert read_scores(tally, LENS)[0].months == ()
