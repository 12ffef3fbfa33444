"""What goes together: a bestseller goes with nothing by itself, and five different people are the least."""

import random

import pytest

from chalicelib.stats.association import is_together, measure_ratio, rate_pair


def test_the_ratio_is_that_of_the_published_table():
    # Dunning 1993, table 2: "the swiss", counts 110, 2442, 111, 29114 of 31777 bigrams, -2 log lambda 270.72.
    assert measure_ratio(110, 110 + 2442, 110 + 111, 31_777) == pytest.approx(270.72, abs=0.01)


def test_independent_products_have_no_ratio():
    assert measure_ratio(25, 50, 50, 100) == 0
    assert measure_ratio(10, 50, 50, 100) == 0


def test_four_people_are_too_few():
    assert not is_together(4, 4, 4, 1_000)
    assert is_together(5, 5, 5, 1_000)


def test_a_bestseller_does_not_go_with_everything():
    assert not is_together(40, 900, 44, 1_000)


def test_a_rare_pair_is_drawn_towards_nothing():
    assert rate_pair(5, 5, 5) < rate_pair(50, 60, 70)


def test_chance_alone_shows_hardly_any_pair():
    chance, shown = random.Random(7), 0
    for _ in range(4_000):
        first = {n for n in range(200) if chance.random() < 0.2}
        second = {n for n in range(200) if chance.random() < 0.2}
        shown += is_together(len(first & second), len(first), len(second), 200)
    assert shown <= 8
