"""The net promoter score: the share of promoters less that of detractors, with its interval.

Adjusted Wald: B. Rocks, "Interval estimation for the net promoter score", The American Statistician 70(4), 2016
(arXiv 1601.07235): three quarters of an answer are added to the promoters and to the detractors, three to all. Wald's
own interval and a bootstrap of ten answers hold the truth far less often than they say.
"""

from dataclasses import dataclass
from math import sqrt

from chalicelib.stats.intervals import Interval, Z

ADDED, ADDED_IN_ALL = 0.75, 3


@dataclass(frozen=True)
class Scale:
    """A scale of scores: from `least` to `most`; `promoter` and above promote, `detractor` and below detract."""

    least: int
    most: int
    promoter: int
    detractor: int


# The score's own scale (Reichheld, Harvard Business Review 81(12), 2003), and that of shops that ask from 1.
FROM_0 = Scale(0, 10, 9, 6)
FROM_1 = Scale(1, 10, 9, 6)


def find_scale(bounds: tuple[int, int]) -> Scale | None:
    """Return the scale of a question by its least and greatest score, None for any other question."""
    return next((scale for scale in (FROM_0, FROM_1) if (scale.least, scale.most) == bounds), None)


def bound_score(promoters: int, detractors: int, answers: int) -> Interval:
    """Return the score as a difference of shares, from -1 to 1; `answers` is at least 1."""
    value = (promoters - detractors) / answers
    size = answers + ADDED_IN_ALL
    up, down = (promoters + ADDED) / size, (detractors + ADDED) / size
    middle = up - down
    reach = Z * sqrt((up + down - middle * middle) / size)
    # One to three equal answers lie outside their own adjusted interval: it is stretched to hold them.
    return Interval(value=value, low=min(value, max(-1.0, middle - reach)), high=max(value, min(1.0, middle + reach)))
