"""When does somebody need a thing again? Own gaps, drawn towards those of everybody who bought the thing.

The estimate is (sum of own gaps + k * mu) / (n + k): with one own gap it is mostly that of all buyers, with ten mostly
the person's own. k is by moments, within 2 and 5, where few gaps say little of it (R. Bhagat et al., "Buy It Again:
modeling repeat purchase recommendations", KDD 2018, have the Poisson-gamma form). The spread around it is that of all
gaps: a gamma distribution by its mean and its variation, with the quantiles of Wilson and Hilferty (PNAS 17, 1931).
"""

from dataclasses import dataclass
from math import sqrt

from chalicelib.stats.intervals import NORMAL

LEAST_PULL, MOST_PULL = 2.0, 5.0
INSIDE = 0.8  # of the next gaps lie between the bounds
LEAST_VARIATION = 0.1  # three equal gaps do not prove a clock


@dataclass(frozen=True)
class Gaps:
    """Gaps of days between purchases of one thing, as sums: how many, their sum, the sum of their squares.

    `between` is the sum over people of (own sum)^2 / own count: it tells how much people differ.
    """

    count: int = 0
    total: float = 0.0
    squares: float = 0.0
    people: int = 0
    between: float = 0.0


@dataclass(frozen=True)
class Need:
    """In how many days from the last purchase the next is likely: INSIDE of them come within `low` and `high`."""

    days: float
    low: float
    high: float


def measure_pull(gaps: Gaps) -> float:
    """Return k: the variance of gaps within people over that between people, within its bounds."""
    within = gaps.squares - gaps.between
    free = gaps.count - gaps.people
    if free < 1 or gaps.people < 2:
        return MOST_PULL
    noise = within / free
    mean = gaps.total / gaps.count
    across = (gaps.between - gaps.count * mean * mean) / (gaps.people - 1)
    size = gaps.count / gaps.people
    true = (across - noise) / size
    return MOST_PULL if true <= 0 else min(MOST_PULL, max(LEAST_PULL, noise / true))


def estimate_need(own_total: float, own_count: int, gaps: Gaps) -> Need:
    """Return when a person needs the thing again, by own gaps and everybody's; `gaps.count` is at least 1."""
    mean = gaps.total / gaps.count
    pull = measure_pull(gaps)
    days = (own_total + pull * mean) / (own_count + pull)
    variance = max(0.0, gaps.squares / gaps.count - mean * mean)
    variation = max(LEAST_VARIATION, sqrt(variance) / mean)
    low, high = (days * find_quantile(share, variation) for share in ((1 - INSIDE) / 2, (1 + INSIDE) / 2))
    return Need(days, low, high)


def find_quantile(share: float, variation: float) -> float:
    """Return the quantile of a gamma distribution of mean 1 with that coefficient of variation."""
    width = variation * variation / 9
    return float(max(0.0, 1 - width + NORMAL.inv_cdf(share) * sqrt(width)) ** 3)
