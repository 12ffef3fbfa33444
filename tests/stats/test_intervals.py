"""Intervals of a share, and of the difference of two scores: published values, and how often they hold the truth."""

import random
from math import comb, fsum

import pytest

from chalicelib.numbers.figure import Trend, judge_difference
from chalicelib.stats.intervals import bound_rate, subtract_interval
from chalicelib.stats.promoters import bound_score


@pytest.mark.parametrize(
    ("hits", "people", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_a_share_has_the_published_interval(hits, people, low, high):
    # Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17, 1998, method 3.
    found = bound_rate(hits, people)
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def cover_rate(share, people):
    """Return how often the interval of a share holds it, summed over every possible count."""
    held = (n for n in range(people + 1) if bound_rate(n, people).low <= share <= bound_rate(n, people).high)
    return fsum(comb(people, n) * share**n * (1 - share) ** (people - n) for n in held)


@pytest.mark.parametrize("people", [10, 30, 100])
def test_the_interval_of_a_share_holds_the_truth_95_times_of_100(people):
    shares = [number / 100 for number in range(2, 99)]
    assert fsum(cover_rate(share, people) for share in shares) / len(shares) == pytest.approx(0.95, abs=0.01)
    assert min(cover_rate(share, people) for share in shares) > 0.83  # where 2 in 100 do and few were asked


@pytest.mark.parametrize("answers", [(10, 10), (30, 12), (30, 30), (100, 60)])
@pytest.mark.parametrize("shares", [((0.5, 0.2), (0.5, 0.2)), ((0.6, 0.1), (0.4, 0.3)), ((0.8, 0.05), (0.3, 0.3))])
def test_the_interval_of_a_trend_holds_the_truth_about_95_times_of_100(answers, shares):
    chance, held, told, tries = random.Random(f"{answers} {shares}"), 0, 0, 3_000
    truth = (shares[0][0] - shares[0][1]) - (shares[1][0] - shares[1][1])
    for _ in range(tries):
        found = subtract_interval(*(ask_people(chance, *pair) for pair in zip(shares, answers, strict=True)))
        held += found.low <= truth <= found.high
        told += judge_difference(found) in (Trend.UP, Trend.DOWN)
    assert 0.93 <= held / tries <= 0.985
    if truth == 0:
        assert told / tries <= 0.07  # nothing changed, and a trend is told


def ask_people(chance, shares, answers):
    """Return the interval of the score of so many answers, drawn from these shares of promoters and detractors."""
    drawn = [chance.random() for _ in range(answers)]
    promoters = sum(each < shares[0] for each in drawn)
    return bound_score(promoters, sum(shares[0] <= each < sum(shares) for each in drawn), answers)
