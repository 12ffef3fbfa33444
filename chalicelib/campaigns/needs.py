"""When customers need a product again, by their own gaps drawn towards everybody's.

What is known over everybody is handed in (`numbers.learned` reads it from the sums): nothing of it stands in a profile.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from types import MappingProxyType

from chalicelib.models import Profile
from chalicelib.people.activity import LEAST_GAP, YEARS, list_bought
from chalicelib.stats.gaps import Gaps, estimate_need


@dataclass(frozen=True)
class Demand:
    """What is known of a product over everybody: gaps between purchases, the least share that bought it again.

    `again` is the lower bound of that share's 95 % interval.
    """

    gaps: Gaps
    again: float

    @property
    def usual(self) -> int:
        """Return after how many days it is usually bought again, over everybody."""
        return round(self.gaps.total / self.gaps.count)


Demands = Mapping[str, Demand]  # by product; products that no mail may name are not in it
NO_DEMANDS: Demands = MappingProxyType({})


@dataclass(frozen=True)
class NextNeed:
    """The next purchase of a product that one customer bought last on `bought_on`; `low` and `high` as in `Need`.

    `source` names the last purchase: the order's key and the product's place in it. The product's name itself could be
    guessed back from a hash.
    """

    product: str
    bought_on: date
    source: str
    days: float
    low: float
    high: float
    usual: int

    @property
    def due(self) -> datetime:
        """Return when it is needed, by whole days from the midnight (UTC) before the purchase."""
        return datetime.combine(self.bought_on, time(), UTC) + timedelta(days=round(self.days))


def list_needs(profile: Profile, demands: Demands, least_again: float) -> Iterator[NextNeed]:
    """Yield the next need of each product that a customer bought, and that enough of its buyers buy again."""
    if not demands:
        return
    for product, days in list_bought(profile).items():
        demand = demands.get(product)
        if demand is None or demand.again < least_again or max(days).year not in YEARS:
            continue
        own = [(later - earlier).days for earlier, later in pairwise(sorted(days))]
        need = estimate_need(sum(own), len(own), demand.gaps)
        if min(need.days, demand.usual) >= LEAST_GAP:  # what is bought each day needs no mail
            source = name_purchase(profile, product)
            yield NextNeed(product, max(days), source, need.days, need.low, need.high, demand.usual)


def name_purchase(profile: Profile, product: str) -> str:
    """Return the order of the last purchase of a product, and the product's place in it."""
    bought = ((mark.placed_at, key, mark.items) for key, mark in profile.latest.items() if mark.is_purchase)
    _, key, items = max(each for each in bought if product in each[2])
    return f"{key}#{items.index(product)}"
