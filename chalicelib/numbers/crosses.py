"""Who the customers are, as tables in which small groups are hidden.

Counts are published in steps of K: a table that changes after each answer would let anybody subtract the one before.
"""

from collections.abc import Sequence
from itertools import combinations

from chalicelib.models import Model
from chalicelib.numbers.lens import Lens
from chalicelib.numbers.tally import Tally
from chalicelib.stats.suppression import K, hide_row, list_shown


class Range(Model):
    """People by the options of one question; None is hidden."""

    question: str
    counts: dict[str, int | None]


class Cross(Model):
    """Two questions against each other, rows by the options of `first`; None is hidden."""

    first: str
    second: str
    rows: dict[str, dict[str, int | None]]


def read_ranges(tally: Tally, lens: Lens) -> list[Range]:
    """Return every question that asks for a range or a group, where anybody answered."""
    found = []
    for question in lens.ranges:
        options = lens.options[question]
        row = [tally.count("range", question, option) for option in options]
        if any(row):
            found.append(Range(question=question, counts=dict(zip(options, show_row(row), strict=True))))
    return found


def show_row(counts: Sequence[int]) -> list[int | None]:
    """Return one row of counts as it is shown: small ones hidden, the others rounded down to a multiple of K."""
    hidden = hide_row(counts)
    return [None if place in hidden else n - n % K for place, n in enumerate(counts)]


def read_crosses(tally: Tally, lens: Lens) -> list[Cross]:
    """Return each two of these questions against each other, where anybody answered both."""
    return [
        cross
        for first, second in combinations(sorted(lens.ranges), 2)
        if (cross := read_cross(first, second, tally, lens))
    ]


def read_cross(first: str, second: str, tally: Tally, lens: Lens) -> Cross | None:
    """Return two questions against each other, or None where nobody answered both."""
    across, down = lens.options[second], lens.options[first]
    table = [[tally.count("cross", first, row, second, column) for column in across] for row in down]
    if not any(any(row) for row in table):
        return None
    shown = [[None if n is None else n - n % K for n in row] for row in list_shown(table)]
    rows = {row: dict(zip(across, cells, strict=True)) for row, cells in zip(down, shown, strict=True)}
    return Cross(first=first, second=second, rows=rows)
