"""A flood of long posts closes the door for long posts, and an ordinary one still passes."""

import logging
from datetime import timedelta

import pytest

from chalicelib.door.budget import REFILL, PostBudget
from tests.builders.shop import NOW

LONG, ORDINARY = 12 * 1024, 900
MINUTE = timedelta(minutes=1)


def flood(budget, size, count, at=NOW, seconds=1.0):
    """Post so many of a size within some seconds; return how many were taken."""
    return sum(budget.take_post(size, at + timedelta(seconds=seconds * number / count)) for number in range(count))


def test_the_longest_posts_are_refused_first_and_ordinary_ones_pass():
    budget = PostBudget()
    assert flood(budget, LONG, 1_000) < 1_000 * 0.13
    assert flood(budget, LONG, 100, NOW + timedelta(seconds=1)) < 5
    assert flood(budget, ORDINARY, 20, NOW + timedelta(seconds=2)) == 20


def test_a_minute_brings_no_more_than_the_budget_and_its_refill():
    taken = flood(PostBudget(), LONG, 6_000, seconds=60)
    assert taken * 12 <= 2 * REFILL
    assert flood(PostBudget(), ORDINARY, 6_000, seconds=60) <= 2 * REFILL


def test_the_budget_comes_back_with_time():
    budget = PostBudget()
    flood(budget, LONG, 1_000)
    assert not budget.take_post(200 * 1024, NOW + timedelta(seconds=2))
    assert budget.take_post(200 * 1024, NOW + timedelta(seconds=62))


def test_the_longest_body_fits_a_full_budget():
    assert PostBudget().take_post(262_144, NOW)


def test_a_clock_that_goes_back_gives_nothing():
    budget = PostBudget()
    flood(budget, LONG, 1_000)
    left = budget.left
    budget.take_post(10**9, NOW - MINUTE)
    assert budget.left == pytest.approx(left)


def test_the_shop_is_told_once_a_minute(caplog):
    budget = PostBudget()
    with caplog.at_level(logging.WARNING):
        flood(budget, LONG, 1_000)
        flood(budget, LONG, 1_000, NOW + timedelta(seconds=30))
        assert len(caplog.records) == 1
        flood(budget, LONG, 1_000, NOW + timedelta(seconds=90))
    assert [each.getMessage() for each in caplog.records] == ["posts_capped"] * 2
