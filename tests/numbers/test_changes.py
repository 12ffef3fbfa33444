"""What changed lately: golden values, what is called a change where nothing changed, and which figures are chosen."""

import random

import pytest

from chalicelib.numbers.changes import COUNTS, MOST_SHOWN, Change, choose_changes, compare_counts, read_changes
from chalicelib.numbers.figure import Figure, Trend, make_share
from chalicelib.numbers.share import list_shares
from chalicelib.numbers.tally import Tally
from chalicelib.stats.intervals import Interval, subtract_interval
from tests.builders.invented import LENS, invent_customer


def find(tally, name, option=""):
    return next(each for each in read_changes(Tally(tally), LENS) if (each.name, each.option) == (name, option))


def a_change(name, low, high, option=""):
    both = Figure(people=20)
    return Change(name, option, both, both, Interval(value=(low + high) / 2, low=low, high=high))


def test_golden_counts():
    """Of 30, 20 now: Wilson's interval of 2/3 is 0.4878 to 0.8077 (Newcombe's table form), so of the difference."""
    found = compare_counts("buyers", 20, 10)
    assert found.difference.value == pytest.approx(1 / 3)
    assert (found.difference.low, found.difference.high) == pytest.approx((-0.0244, 0.6154), abs=5e-4)
    assert found.trend is Trend.SAME
    assert compare_counts("buyers", 24, 6).trend is Trend.UP
    assert compare_counts("buyers", 6, 24).trend is Trend.DOWN


def test_two_counts_swapped_have_the_opposite_difference():
    for now in range(12):
        for before in range(12):
            one, other = compare_counts("x", now, before).difference, compare_counts("x", before, now).difference
            assert (one is None) == (other is None) == (now + before < 10)
            if one is not None:
                assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


def test_a_share_is_compared_by_newcombes_method():
    """R. G. Newcombe 1998, table II (a): 56/70 less 48/80 lies between 0.0524 and 0.3339."""
    difference = subtract_interval(make_share(56, 70).interval, make_share(48, 80).interval)
    assert (difference.low, difference.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    tally = {"lately/now/came": 70, "lately/now/back": 56, "lately/before/came": 80, "lately/before/back": 48}
    assert find(tally, "back").difference == difference
    assert find(tally, "back").trend is Trend.UP


@pytest.mark.parametrize("mean", [10, 40])
def test_where_nothing_changed_one_in_twenty_at_most_is_called_a_change(mean):
    chance = random.Random(mean)
    counts = [[sum(chance.random() < mean / 400 for _ in range(400)) for _ in range(2)] for _ in range(1_000)]
    wrong = sum(compare_counts("x", *each).trend in (Trend.UP, Trend.DOWN) for each in counts)
    assert wrong <= 65  # 50 are expected; 1,000 tries go above 65 once in a hundred


def test_too_few_people_are_compared_with_nothing():
    assert compare_counts("buyers", 5, 4).trend is Trend.UNKNOWN
    assert find({"lately/now/came": 9, "lately/now/back": 9, "lately/before/came": 50}, "back").difference is None
    digest = choose_changes(read_changes(Tally(), LENS))
    assert (digest.changed, digest.steady, digest.compared) == ((), (), 0)


def test_who_returns_are_the_buyers_who_bought_before():
    found = find({"lately/now/buyers": 30, "lately/now/first": 12, "lately/before/buyers": 9}, "returning")
    assert (found.now.people, found.before.people) == (18, 9)


def test_the_surest_changes_come_first_one_of_a_kind_and_the_steadiest_fill_up():
    changes = [
        a_change("source", 0.05, 0.4, "friend"),
        a_change("source", -0.6, -0.2, "search"),
        a_change("buyers", 0.1, 0.3),
        a_change("first", -0.1, 0.1),
        a_change("joined", -0.3, 0.02),
        a_change("reason", -0.01, 0.01, "price"),
        Change("back", "", Figure(people=2), Figure(people=1), None),
    ]
    digest = choose_changes(changes)
    assert [(each.name, each.option) for each in digest.changed] == [("source", "search"), ("buyers", "")]
    assert [each.name for each in digest.steady] == ["reason"]
    assert digest.compared == 6


@pytest.mark.parametrize("seed", range(8))
def test_a_digest_is_honest_whatever_the_people(seed):
    chance = random.Random(seed)
    tally = Tally()
    for _ in range(chance.choice([3, 30, 200])):
        tally.add_shares(list_shares(invent_customer(chance).fold(chance), LENS))
    changes = read_changes(tally, LENS)
    digest = choose_changes(changes)
    shown = [*digest.changed, *digest.steady]
    assert len(shown) <= MOST_SHOWN
    assert len({each.name for each in shown}) == len(shown)
    assert all(not each.difference.has_zero for each in digest.changed)
    assert all(each.difference.has_zero for each in digest.steady)
    kinds = {each.name for each in changes if each.trend in (Trend.UP, Trend.DOWN)}
    assert len(digest.changed) == min(MOST_SHOWN, len(kinds))
    assert {each.name for each in changes} >= set(COUNTS)


@pytest.mark.parametrize("sure", [("buyers", "first"), ("first", "returning"), ("returning", "buyers")])
def test_no_two_counts_stand_in_one_letter_of_which_a_third_follows(sure):
    told = choose_changes([a_change(name, 0.2 + 0.1 * place, 0.6) for place, name in enumerate(sure)])
    assert [each.name for each in (*told.changed, *told.steady)] == [sure[1]]
