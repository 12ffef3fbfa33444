"""What mails say of products, made once of the sums: when they are needed again, and what goes with what.

A product that fewer than LEAST_TOGETHER people bought is never named to another person: its name may be about the one
who ordered it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from chalicelib.campaigns.needs import Demand
from chalicelib.numbers.figure import make_share
from chalicelib.numbers.needs import LEAST_GAPS, count_buyers, is_common, list_pairs, list_popular, read_gaps
from chalicelib.numbers.tally import Tally
from chalicelib.shop.products import Products
from chalicelib.text import is_hidden

LONGEST = 100  # characters of a line in a mail


@dataclass(frozen=True)
class Shelf:
    """Products that mails may name. `pairs` are the strongest first, `popular` what most people bought first."""

    demands: dict[str, Demand] = field(default_factory=dict)
    pairs: tuple[tuple[str, str], ...] = ()
    popular: tuple[str, ...] = ()
    categories: dict[str, str] = field(default_factory=dict)

    def suggest_products(self, bought: Iterable[str], most: int) -> tuple[str, ...]:
        """Return what goes with what somebody bought: by pairs, then of the same categories, then bestsellers.

        Products that they already bought are left out.
        """
        had = set(bought)
        found = chain(self.list_beside(had), self.list_alike(had), self.popular)
        return tuple(dict.fromkeys(name for name in found if name not in had))[:most]

    def list_beside(self, had: set[str]) -> Iterator[str]:
        """Yield the other halves of the pairs of which somebody has one."""
        halves = (pair for pair in self.pairs if (pair[0] in had) != (pair[1] in had))
        return (second if first in had else first for first, second in halves)

    def list_alike(self, had: set[str]) -> Iterator[str]:
        """Yield the products of the categories that somebody bought of."""
        wanted = {self.categories[name] for name in had if name in self.categories}
        return (name for name in self.popular if self.categories.get(name) in wanted)


def make_shelf(tally: Tally, products: Products) -> Shelf:
    """Return what mails may name, by the sums and the shop's own file."""
    named = {name for name in count_buyers(tally) if is_sayable(name) and not products.is_sensitive(name)}
    popular = tuple(name for name in list_popular(tally) if name in named and is_common(name, tally))
    return Shelf(
        demands={name: demand for name in sorted(named) if (demand := read_demand(name, tally))},
        pairs=tuple((pair.first, pair.second) for pair in list_pairs(tally) if {pair.first, pair.second} <= named),
        popular=popular,
        categories={name: category for name in named if (category := products.find_category(name))},
    )


def is_sayable(name: str) -> bool:
    """Return whether a name fits into a line of a mail."""
    return 0 < len(name.strip()) <= LONGEST and not any(is_hidden(sign) for sign in name)


def read_demand(name: str, tally: Tally) -> Demand | None:
    """Return what is known of a product's next purchase; None with too few gaps, or too few people for a share."""
    gaps = read_gaps(name, tally)
    again = make_share(tally.count("product", name, "again"), tally.count("product", name, "people"))
    if gaps.count < LEAST_GAPS or again.interval is None:
        return None
    return Demand(gaps, again.interval.low)
