"""Kaplan and Meier's estimate: a published table, and how often its interval holds the truth."""

import random
from collections import Counter
from math import exp

import pytest

from chalicelib.stats.survival import estimate_return, find_median

# Freireich et al., Blood 21, 1963 (weeks to relapse of 21 leukaemia patients under 6-MP), the table of every textbook.
ENDED = Counter({6: 3, 7: 1, 10: 1, 13: 1, 16: 1, 22: 1, 23: 1})
RUNNING = Counter([6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35])


@pytest.mark.parametrize(
    ("week", "kept"),
    [(6, 0.857), (7, 0.807), (10, 0.753), (13, 0.690), (16, 0.627), (22, 0.538), (23, 0.448)],
)
def test_the_estimate_is_that_of_the_published_table(week, kept):
    found = estimate_return(ENDED, RUNNING, silent=0, until=week)
    assert found.people == 21
    assert 1 - found.share.value == pytest.approx(kept, abs=0.0005)


def test_the_interval_is_that_of_the_published_table():
    # R, survfit(conf.type = "log-log") at 10 weeks: 0.753 (0.503 to 0.889).
    share = estimate_return(ENDED, RUNNING, silent=0, until=10).share
    assert (1 - share.high, 1 - share.low) == (pytest.approx(0.503, abs=0.001), pytest.approx(0.889, abs=0.001))


def test_the_median_is_that_of_the_published_table():
    assert find_median(ENDED, RUNNING) == 23
    assert find_median({3: 1}, {9: 5}) is None


def test_those_who_came_back_sooner_do_not_count():
    found = estimate_return({5: 50, 40: 3}, {60: 7}, silent=30, until=90)
    assert (found.people, found.share.value) == (10, pytest.approx(0.3))


def test_nobody_at_risk_is_no_estimate():
    assert estimate_return({5: 3}, {}, silent=30, until=90) is None


@pytest.mark.parametrize(("ended", "running", "value"), [({}, {40: 20}, 0), ({40: 20}, {}, 1)])
def test_nobody_or_everybody_coming_back_has_an_interval(ended, running, value):
    share = estimate_return(ended, running, silent=30, until=90).share
    assert share.value == value
    assert 0.05 < share.high - share.low < 0.3


@pytest.mark.parametrize("people", [30, 100])
def test_the_interval_holds_the_truth_about_95_times_of_100(people):
    chance, held, tries = random.Random(people), 0, 1_500
    truth = 1 - exp(-30 / 60)  # gaps are exponential with mean 60; those silent for 20 days, over the next 30
    for _ in range(tries):
        ended, running = Counter(), Counter()
        for _ in range(people):
            gap, seen = chance.expovariate(1 / 60), chance.uniform(10, 200)
            (ended if gap <= seen else running)[min(gap, seen)] += 1
        share = estimate_return(ended, running, silent=20, until=50).share
        held += share.low <= truth <= share.high
    assert 0.93 <= held / tries <= 0.97
