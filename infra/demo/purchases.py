"""What an invented person buys in the year, and what of it goes back."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from infra.demo.catalogue import BY_SKU
from infra.demo.person import Invented, open_chance

TOGETHER = 7  # days: what is needed within them is bought at one visit
ONLY_LOOKS = 0.12  # of the people sign up and buy nothing
STEADY = 9  # the shape of the gaps' gamma distribution: they vary by a third


@dataclass(frozen=True)
class Bought:
    """One order: goods with their quantity. `back` is the good that went back, if one did."""

    id: int
    at: datetime
    lines: tuple[tuple[str, int], ...]
    back: str = ""
    back_at: datetime | None = None
    cancelled: bool = False

    @property
    def total(self) -> Decimal:
        return sum((BY_SKU[sku].price * quantity for sku, quantity in self.lines), Decimal(0))


def buy_goods(seed: int, person: Invented, end: datetime) -> list[Bought]:
    """Return the orders of a person before the end, in the order of time."""
    chance = open_chance(seed, person.number, "purchases")
    visits = gather_visits(list_needs(chance, person, end))
    return [make_order(chance, person, place, at, skus, end) for place, (at, skus) in enumerate(visits)]


def list_needs(chance: random.Random, person: Invented, end: datetime) -> list[tuple[datetime, str]]:
    """Return when a person needs what, in the order of time; the first time within a day, or never."""
    needs: list[tuple[datetime, str]] = []
    if chance.random() < ONLY_LOOKS:
        return needs
    for sku, gap in person.favourites:
        at = person.joined + timedelta(hours=chance.uniform(0.2, 20))
        while at < min(end, person.left):
            needs.append((at, sku))
            at += timedelta(days=max(2.0, chance.gammavariate(STEADY, gap / STEADY)))
    for sku in person.once:
        needs.append((person.joined + timedelta(days=chance.expovariate(1 / 45)), sku))
    return sorted(need for need in needs if need[0] < min(end, person.left))


def gather_visits(needs: list[tuple[datetime, str]]) -> list[tuple[datetime, list[str]]]:
    """Return the visits: what is needed soon after each other is bought at once."""
    visits: list[tuple[datetime, list[str]]] = []
    for at, sku in needs:
        if visits and at - visits[-1][0] < timedelta(days=TOGETHER):
            visits[-1][1].append(sku)
        else:
            visits.append((at, [sku]))
    return visits


def make_order(
    chance: random.Random, person: Invented, place: int, at: datetime, skus: list[str], end: datetime
) -> Bought:
    """Return the order of a visit; a few go back in part, fewer are cancelled."""
    lines = tuple((sku, 2 if BY_SKU[sku].lasts and chance.random() < 0.2 else 1) for sku in dict.fromkeys(skus))
    later = at + timedelta(days=chance.uniform(2, 12))
    goes_back, cancelled = chance.random() < 0.04 and later < end, chance.random() < 0.01
    back = chance.choice(lines)[0] if goes_back and not cancelled else ""
    return Bought(
        id=910_000_000 + person.number * 1_000 + place,
        at=at.replace(microsecond=0),
        lines=lines,
        back=back,
        back_at=later.replace(microsecond=0) if back else None,
        cancelled=cancelled,
    )
