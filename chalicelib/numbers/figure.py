"""A figure: a value, its 95 % interval, how many people it is of. Too few is a value like any other."""

from enum import StrEnum
from math import ceil

from chalicelib.models import Model
from chalicelib.stats.intervals import Interval, bound_rate

LEAST = 10  # people: with fewer, an interval is too wide to decide anything by
MOST_WEEKS = 104


class Trend(StrEnum):
    """What a difference shows. SAME is no proof of sameness: so many people could not show a difference."""

    UP = "up"
    DOWN = "down"
    SAME = "same"
    UNKNOWN = "unknown"


class Figure(Model):
    """`people` are counted; `interval` is None with fewer than LEAST of them.

    `weeks` is in about how many weeks LEAST are reached at the pace so far; 0 where they are, or nothing says so.
    """

    people: int
    interval: Interval | None = None
    weeks: int = 0


def make_figure(people: int, interval: Interval | None, a_week: float = 0.0) -> Figure:
    """Return a figure; `a_week` is how many people come in a week."""
    if people >= LEAST and interval is not None:
        return Figure(people=people, interval=interval)
    weeks = ceil((LEAST - people) / a_week) if a_week > 0 else 0
    return Figure(people=people, weeks=weeks if weeks <= MOST_WEEKS else 0)


def make_share(hits: int, people: int, a_week: float = 0.0) -> Figure:
    """Return a share of people."""
    return make_figure(people, bound_rate(hits, people) if people else None, a_week)


def judge_difference(difference: Interval | None) -> Trend:
    """Return what a difference shows: `up` or `down` only where its interval leaves 0."""
    if difference is None:
        return Trend.UNKNOWN
    if difference.has_zero:
        return Trend.SAME
    return Trend.UP if difference.value > 0 else Trend.DOWN
