"""How many come back, and when: E. L. Kaplan, P. Meier, "Nonparametric estimation from incomplete observations",
Journal of the American Statistical Association 53, 1958.

A gap that ended is an event; a silence that still runs is censored: we know only that it is at least so long. The
variance is Greenwood's; the interval is the log-log one (Kalbfleisch and Prentice, 1980), which stays within 0 and 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log, sqrt

from chalicelib.stats.intervals import Interval, Z

Days = Mapping[int, int]  # how many gaps, by their length in days


@dataclass(frozen=True)
class Return:
    """Of `people` who had been silent for so long, what share came back within the time asked for."""

    people: int
    share: Interval


def count_at_risk(ended: Days, running: Days, day: int) -> int:
    """Return how many gaps were at least so long."""
    return sum(n for length, n in [*ended.items(), *running.items()] if length >= day)


def estimate_return(ended: Days, running: Days, *, silent: int, until: int) -> Return | None:
    """Return the share of those silent for more than `silent` days who come back by day `until`; None without any.

    It is 1 - S(until) / S(silent), over the gaps that outlasted `silent` alone.
    """
    later = {length: n for length, n in ended.items() if length > silent}
    open_ = {length: n for length, n in running.items() if length > silent}
    people = sum(later.values()) + sum(open_.values())
    if not people:
        return None
    kept, spread = 1.0, 0.0
    for length in sorted(length for length in later if length <= until):
        risk, back = count_at_risk(later, open_, length), later[length]
        kept *= 1 - back / risk
        spread += back / (risk * (risk - back)) if risk > back else 0.0
    return Return(people, bound_return(kept, spread, people))


def bound_return(kept: float, spread: float, people: int) -> Interval:
    """Return the interval of the share that came back; `kept` is the share that stayed away, `spread` Greenwood's sum.

    Where nobody or everybody came back the log-log interval does not exist: the bounds are Wilson's.
    """
    if kept >= 1 or kept <= 0:
        edge = Z * Z / (people + Z * Z)
        return Interval(value=1 - kept, low=0, high=edge) if kept >= 1 else Interval(value=1, low=1 - edge, high=1)
    reach = Z * sqrt(spread) / log(kept)
    low, high = kept ** exp(-reach), kept ** exp(reach)
    return Interval(value=1 - kept, low=1 - max(low, high), high=1 - min(low, high))


def find_median(ended: Days, running: Days) -> int | None:
    """Return the day by which half of the gaps ended, or None where fewer did."""
    kept = 1.0
    for length in sorted(ended):
        kept *= 1 - ended[length] / count_at_risk(ended, running, length)
        if kept <= 0.5:
            return length
    return None
