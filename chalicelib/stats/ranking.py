"""Rankings of a few items: first choices, pairs, mean ranks (P. H. Lee, P. L. H. Yu, BMC Medical Research Methodology
13:65, 2013).

Items that a person did not rank share the places that are left: each has their mean. Over people who rank everything
the mean rank is the Borda count; the mean over those alone who ranked an item would make a rare item look loved.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations


def rank_items(order: Sequence[str], items: Sequence[str]) -> dict[str, float]:
    """Return the rank of each item, from 1; `order` has the items that a person ranked, the first first."""
    placed = [item for item in dict.fromkeys(order) if item in items]
    ranks = {item: float(place) for place, item in enumerate(placed, 1)}
    shared = (len(placed) + 1 + len(items)) / 2
    return {item: ranks.get(item, shared) for item in items}


def list_wins(order: Sequence[str], items: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each pair of items (before, after) of which a person put one before the other."""
    ranks = rank_items(order, items)
    for first, second in combinations(items, 2):
        if ranks[first] != ranks[second]:
            yield (first, second) if ranks[first] < ranks[second] else (second, first)
