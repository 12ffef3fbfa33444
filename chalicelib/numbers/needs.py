"""What is bought again and when, and what goes together, as figures."""

from chalicelib.models import Model
from chalicelib.numbers.figure import Figure, make_share
from chalicelib.numbers.products import MOST_POPULAR
from chalicelib.numbers.tally import Tally
from chalicelib.stats.association import LEAST_TOGETHER, is_together, rate_pair
from chalicelib.stats.gaps import Gaps, estimate_need

LEAST_GAPS = 5  # of one product, before a date is said
MOST_LISTED = 50


class Product(Model):
    """One product: who bought it, the share that bought it again, and in how many days the next purchase is likely.

    `low` and `high` hold eight of ten gaps; None where too few gaps are known.
    """

    name: str
    people: int
    again: Figure
    days: float | None = None
    low: float | None = None
    high: float | None = None


class Pair(Model):
    """Two products that go together: people who bought both, and the strength from 0 to 1."""

    first: str
    second: str
    people: int
    strength: float


def read_products(tally: Tally) -> list[Product]:
    """Return the products that most people bought; one that few bought is not named: its name may tell of them."""
    return [read_product(name, tally) for name in list_popular(tally)[:MOST_LISTED] if is_common(name, tally)]


def is_common(name: str, tally: Tally) -> bool:
    """Return whether enough people bought a product that its name tells of none of them."""
    return tally.count("product", name, "people") >= LEAST_TOGETHER


def list_popular(tally: Tally) -> list[str]:
    """Return the products, the one that most people bought first."""
    people = count_buyers(tally)
    return sorted(people, key=lambda name: (-people[name], name))[:MOST_POPULAR]


def count_buyers(tally: Tally) -> dict[str, int]:
    """Return how many people bought each product."""
    return {rest[0]: int(n) for rest, n in tally.below("product") if rest[1] == "people"}


def read_product(name: str, tally: Tally) -> Product:
    """Return one product."""
    people, gaps = tally.count("product", name, "people"), read_gaps(name, tally)
    again = make_share(tally.count("product", name, "again"), people)
    if gaps.count < LEAST_GAPS:
        return Product(name=name, people=people, again=again)
    need = estimate_need(0, 0, gaps)
    return Product(name=name, people=people, again=again, days=need.days, low=need.low, high=need.high)


def read_gaps(name: str, tally: Tally) -> Gaps:
    """Return the gaps between purchases of a product, over everybody."""
    return Gaps(
        count=tally.count("product", name, "gaps"),
        total=tally.count("product", name, "days"),
        squares=tally.count("product", name, "squares"),
        people=tally.count("product", name, "again"),
        between=tally.count("product", name, "between") / 1_000,
    )


def read_pairs(tally: Tally) -> list[Pair]:
    """Return the strongest pairs."""
    return list_pairs(tally)[:MOST_LISTED]


def list_pairs(tally: Tally) -> list[Pair]:
    """Return the pairs that go together, the strongest first."""
    people = {name: tally.count("product", name, "people") for name in list_popular(tally)}
    buyers = tally.count("buyers")
    found = []
    for (first, second), both in tally.below("pair"):
        one, other = people.get(first, 0), people.get(second, 0)
        if one and other and is_together(int(both), one, other, buyers):
            strength = rate_pair(int(both), one, other)
            found.append(Pair(first=first, second=second, people=int(both), strength=strength))
    return sorted(found, key=lambda pair: (-pair.strength, pair.first, pair.second))
