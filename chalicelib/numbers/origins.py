"""How people found the shop, and why they come, as figures."""

from decimal import Decimal

from pydantic import Field

from chalicelib.models import Model
from chalicelib.numbers.figure import Figure, make_share
from chalicelib.numbers.lens import REASONS, SOURCE, Lens
from chalicelib.numbers.tally import Tally


class Source(Model):
    """One way of finding the shop: its share of those who said, and what they bought."""

    option: str
    people: int
    share: Figure
    buyers: int
    orders: int
    spent: dict[str, Decimal] = Field(default_factory=dict)


class Reason(Model):
    """One reason: the share of people who put it first, and its mean rank among all reasons."""

    item: str
    first: Figure
    chosen: int
    ranked: int
    mean_rank: float | None


class Reasons(Model):
    """`wins` says of how many people the first item stands before the other, by (first, other)."""

    people: int
    items: tuple[Reason, ...]
    wins: dict[str, dict[str, int]] = Field(default_factory=dict)


def read_sources(tally: Tally, lens: Lens) -> list[Source]:
    """Return every way that the form names, the most said first."""
    options = lens.options.get(SOURCE, ())
    told = {option: tally.count("source", option, "people") for option in options}
    everybody = sum(told.values())
    found = [
        Source(
            option=option,
            people=told[option],
            share=make_share(told[option], everybody),
            buyers=tally.count("source", option, "buyers"),
            orders=tally.count("source", option, "orders"),
            spent=tally.sums("source", option, "spent"),
        )
        for option in options
    ]
    return sorted(found, key=lambda each: -each.people)


def read_reasons(tally: Tally, lens: Lens) -> Reasons:
    """Return every reason that the form names, the best mean rank first."""
    items, people = lens.options.get(REASONS, ()), tally.count("reason", "people")
    found = [read_reason(item, people, tally) for item in items]
    wins = {
        first: {other: tally.count("reason", "wins", first, other) for other in items if other != first}
        for first in items
    }
    return Reasons(
        people=people,
        items=tuple(sorted(found, key=lambda each: (each.mean_rank is None, each.mean_rank or 0))),
        wins=wins if people else {},
    )


def read_reason(item: str, people: int, tally: Tally) -> Reason:
    """Return one reason."""
    chosen = tally.count("reason", "first", item)
    return Reason(
        item=item,
        first=make_share(chosen, people),
        chosen=chosen,
        ranked=tally.count("reason", "ranked", item),
        mean_rank=tally.count("reason", "halves", item) / 2 / people if people else None,
    )
