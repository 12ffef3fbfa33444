"""95 % intervals of what two groups do, and of the difference between them. Pure arithmetic.

Wilson: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
Newcombe: R. G. Newcombe, "Interval estimation for the difference between independent proportions: comparison of
eleven methods", Statistics in Medicine 17, 1998, method 10.
MOVER: G. Y. Zou, A. Donner, "Construction of confidence limits about effect measures: a general approach",
Statistics in Medicine 27, 2008; over sums in which most people are zero: Zou, Taleban, Huo, "Confidence interval
estimation for lognormal data with application to health economics", 2009.
"""

from collections.abc import Sequence
from math import exp, fsum, hypot, log, sqrt
from statistics import NormalDist

from chalicelib.models import Model

NORMAL = NormalDist()
Z = NORMAL.inv_cdf(0.975)
POWER = NORMAL.inv_cdf(0.8)


class Interval(Model):
    """A figure as it was counted, and the bounds of its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def has_zero(self) -> bool:
        """Return whether the interval holds zero."""
        return self.low <= 0 <= self.high

    def scale(self, factor: float) -> "Interval":
        """Return the interval of the figure times a factor."""
        return Interval(value=self.value * factor, low=self.low * factor, high=self.high * factor)

    def shift(self, by: float) -> "Interval":
        """Return the interval of the figure plus a constant."""
        return Interval(value=self.value + by, low=self.low + by, high=self.high + by)


def bound_rate(hits: int, people: int) -> Interval:
    """Return the Wilson interval of a share; `people` is at least 1."""
    share, spread = hits / people, Z * Z / people
    middle = (share + spread / 2) / (1 + spread)
    reach = sqrt(share * (1 - share) * spread + spread * spread / 4) / (1 + spread)
    low = 0.0 if hits == 0 else middle - reach
    high = 1.0 if hits == people else middle + reach
    return Interval(value=share, low=low, high=high)


def subtract_interval(first: Interval, other: Interval) -> Interval:
    """Return the interval of `first` less `other`, of independent groups: over Wilson intervals, that is Newcombe's."""
    value = first.value - other.value
    return Interval(
        value=value,
        low=value - hypot(first.value - first.low, other.high - other.value),
        high=value + hypot(first.high - first.value, other.value - other.low),
    )


def bound_spending(
    amounts: tuple[Sequence[float], Sequence[float]], people: tuple[int, int]
) -> tuple[Interval, Interval]:
    """Return the interval of the sum per person, nought for most, in each of two groups.

    `amounts` are of those who spent something: above 0, at least two over both groups. Their relative spread is taken
    to be the same in both and estimated from both, since a small group knows little of its own. A t-interval over all
    people would hold the truth in 65 to 90 % of small holdouts instead of 95 (docs/report.md has the figures).
    """
    everyone = [*amounts[0], *amounts[1]]
    mean = fsum(everyone) / len(everyone)
    spread = sqrt(fsum((amount - mean) ** 2 for amount in everyone) / (len(everyone) - 1)) / mean
    reach = student(len(everyone) - 1) * spread
    mailed, held_out = (bound_sum(group, size, mean, reach) for group, size in zip(amounts, people, strict=True))
    return mailed, held_out


def bound_sum(amounts: Sequence[float], people: int, mean: float, reach: float) -> Interval:
    """Return the interval of a group's sum per person: of a rate times an amount, combined on the log scale."""
    rate = bound_rate(len(amounts), people)
    if not amounts:
        return Interval(value=0, low=0, high=rate.high * mean)
    value, reach = fsum(amounts) / people, reach / sqrt(len(amounts))
    down, up = (hypot(log(edge / rate.value), reach) for edge in (rate.low, rate.high))
    return Interval(value=value, low=value * exp(-down), high=value * exp(up))


def student(freedom: int) -> float:
    """Return the 97.5 % point of Student's t (Abramowitz and Stegun 26.7.5): right to 0.001 from 8 degrees on."""
    terms = (
        (Z**3 + Z) / 4,
        (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96,
        (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / 384,
    )
    return Z + sum(term / float(freedom) ** power for power, term in enumerate(terms, 1))


def need_people(share: float, other: float, ratio: float, gap: float) -> float:
    """Return how many people the second group must have for a gap between the shares to show in four of five tries.

    `ratio` is the size of the first group over the second's.
    """
    noise = share * (1 - share) / ratio + other * (1 - other)
    return (Z + POWER) ** 2 * noise / gap**2
