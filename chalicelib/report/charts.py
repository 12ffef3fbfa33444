"""What the charts of a report show, in the words that the page around them gives: bars, and rates with whiskers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import floor, log10

from chalicelib.stats.intervals import Interval


@dataclass(frozen=True)
class Bar:
    """One bar: its kind, which gives the colour, its word, its count, and its share of the longest; both in words."""

    kind: str
    word: str
    count: int
    share: float
    number: str
    percent: str


@dataclass(frozen=True)
class Whisker:
    """A group's rate of return with its interval; None for a group without people."""

    word: str
    people: int
    returned: int
    rate: Interval | None


def make_bars(
    counts: Iterable[tuple[str, str, int]],
    whole: int,
    write_number: Callable[[int], str],
    write_percent: Callable[[float], str],
) -> list[Bar]:
    """Return bars of counts out of a whole; each is (kind, word, count)."""
    bars = []
    for kind, word, count in counts:
        share = count / whole if whole else 0.0
        bars.append(Bar(kind, word, count, share, write_number(count), write_percent(share)))
    return bars


def find_end(whiskers: list[Whisker]) -> float:
    """Return where the axis ends: the next 1, 2, 4 or 8 times a power of ten, at most 1."""
    most = max((whisker.rate.high for whisker in whiskers if whisker.rate), default=0.0)
    if not most:
        return 1.0
    power = 10.0 ** floor(log10(most))
    return min(1.0, next(power * step for step in (1, 2, 4, 8, 10) if power * step >= most))


def list_ticks(end: float) -> list[float]:
    """Return the places of the axis that are named."""
    return [end * part / 4 for part in range(5)]


def write_percent(share: float) -> str:
    """Return a share as percent: one decimal, none where it is whole."""
    return f"{share * 100:.1f}".removesuffix(".0") + " %"
