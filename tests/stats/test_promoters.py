"""The net promoter score: the intervals of the reference, and how often they hold the truth."""

import random

import pytest

from chalicelib.stats.promoters import bound_score


@pytest.mark.parametrize(
    ("promoters", "detractors", "answers", "low", "high"),
    [(6, 2, 10, -13, 74), (30, 10, 50, 16, 59), (120, 40, 200, 28, 50)],
)
def test_a_score_of_40_says_the_less_the_fewer_answered(promoters, detractors, answers, low, high):
    # Adjusted Wald (Rocks 2016) by hand: 10 answers: (6.75 - 2.75) / 13 = 0.308, plus or minus 1.96 * 0.221.
    found = bound_score(promoters, detractors, answers)
    assert found.value == pytest.approx(0.4)
    assert (round(100 * found.low), round(100 * found.high)) == (low, high)


def test_one_answer_says_next_to_nothing():
    found = bound_score(1, 0, 1)
    assert found.value == 1
    assert found.low < -0.4
    assert found.high == 1


@pytest.mark.parametrize("shares", [(0.5, 0.2), (0.3, 0.3), (0.8, 0.05), (0.1, 0.6)])
@pytest.mark.parametrize("answers", [10, 30, 100])
def test_the_interval_holds_the_truth_about_95_times_of_100(shares, answers):
    chance = random.Random(f"{shares} {answers}")
    truth, held, tries = shares[0] - shares[1], 0, 4_000
    for _ in range(tries):
        drawn = [chance.random() for _ in range(answers)]
        promoters = sum(each < shares[0] for each in drawn)
        detractors = sum(shares[0] <= each < sum(shares) for each in drawn)
        found = bound_score(promoters, detractors, answers)
        held += found.low <= truth <= found.high
    assert 0.93 <= held / tries <= 0.985
