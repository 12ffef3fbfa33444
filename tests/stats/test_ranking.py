"""Ranks of items, with those that nobody ranked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.stats.ranking import list_wins, rank_items

ITEMS = ("price", "choice", "quality", "near")


@pytest.mark.parametrize(
    ("order", "ranks"),
    [
        (["near", "price", "quality", "choice"], [2, 4, 3, 1]),
        (["near"], [3, 3, 3, 1]),
        (["near", "price"], [2, 3.5, 3.5, 1]),
        ([], [2.5, 2.5, 2.5, 2.5]),
        (["unheard-of", "near", "near"], [3, 3, 3, 1]),
    ],
)
def test_items_that_are_left_share_the_places_that_are_left(order, ranks):
    assert list(rank_items(order, ITEMS).values()) == ranks


@given(st.permutations(ITEMS), st.integers(0, 4))
def test_ranks_always_add_up(order, length):
    assert sum(rank_items(order[:length], ITEMS).values()) == 10


def test_an_item_that_was_ranked_stands_before_those_that_were_not():
    assert set(list_wins(["near"], ITEMS)) == {("near", "price"), ("near", "choice"), ("near", "quality")}
