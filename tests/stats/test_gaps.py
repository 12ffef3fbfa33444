"""When somebody needs a thing again: own gaps against everybody's, and how often the bounds hold."""

import random
from itertools import pairwise

import pytest

from chalicelib.stats.gaps import MOST_PULL, Gaps, estimate_need, find_quantile, measure_pull


def add_up(people):
    """Return the sums of the gaps of people."""
    gaps = [gap for own in people for gap in own]
    return Gaps(
        count=len(gaps),
        total=sum(gaps),
        squares=sum(gap * gap for gap in gaps),
        people=len(people),
        between=sum(sum(own) ** 2 / len(own) for own in people),
    )


def test_one_gap_of_ones_own_moves_the_estimate_a_little_and_ten_move_it_far():
    gaps = add_up([[30, 30], [30, 32], [28, 30], [29, 31]])
    one, ten = estimate_need(10, 1, gaps).days, estimate_need(100, 10, gaps).days
    assert 23 < one < 30
    assert 10 < ten < 17


def test_without_own_gaps_it_is_everybodys():
    assert estimate_need(0, 0, add_up([[30, 30], [20, 20]])).days == 25


def test_people_who_are_alike_pull_the_most():
    assert measure_pull(add_up([[20, 40], [40, 20], [30, 30]])) == MOST_PULL
    assert measure_pull(add_up([[9]])) == MOST_PULL


def test_people_who_differ_pull_less():
    assert measure_pull(add_up([[10, 12], [50, 55], [90, 94], [30, 31]])) < MOST_PULL


@pytest.mark.parametrize(("share", "expected"), [(0.1, 0.5320), (0.5, 0.9446), (0.9, 1.5364)])
def test_quantiles_are_those_of_the_gamma_distribution(share, expected):
    # R: qgamma(p, shape = 6, rate = 6); the approximation is good to half a per cent here.
    assert find_quantile(share, 6**-0.5) == pytest.approx(expected, rel=0.012)


def test_eight_of_ten_next_gaps_lie_between_the_bounds():
    chance = random.Random(4)
    people = []
    for _ in range(600):
        own = chance.gammavariate(20, 30 / 20)  # people differ
        people.append([chance.gammavariate(8, own / 8) for _ in range(5)])
    gaps = add_up([own[:4] for own in people])
    held = 0
    for own in people:
        need = estimate_need(sum(own[:4]), 4, gaps)
        held += need.low <= own[4] <= need.high
    assert 0.75 <= held / len(people) <= 0.87


def test_bounds_stay_in_order():
    for gap, later in pairwise([3, 30, 300]):
        assert estimate_need(gap, 1, add_up([[gap, later]])).low < estimate_need(gap, 1, add_up([[gap, later]])).high
