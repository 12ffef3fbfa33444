"""What is said about one question: sentences, charts, tables, and each figure on a line of its own for CSV."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from chalicelib.numbers.figure import Figure
from chalicelib.report.charts import Bar, Whisker
from chalicelib.telling.labels import Labels
from chalicelib.telling.writer import NumberWriter


@dataclass(frozen=True)
class Line:
    """One figure: its path, and a count alone, or a value with its bounds; `sentence` says it in words."""

    figure: str
    people: int
    value: float | Decimal | None = None
    low: float | None = None
    high: float | None = None
    weeks: int = 0
    sentence: str = ""


@dataclass(frozen=True)
class Cell:
    """One cell of a table; `shade` from 0 to 5 says how dark it is."""

    text: str
    shade: int = 0


@dataclass(frozen=True)
class Grid:
    """A table: words of the columns, and rows of (words, cells). `typed` says that the rows' words were typed."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Cell]]]
    hint: str = ""
    typed: bool = False


@dataclass(frozen=True)
class Point:
    """One month of a chart: where the value and its bounds stand, from 0 (below) to 1 (above); `is_open`: not over."""

    word: str
    is_open: bool = False
    value: float | None = None
    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True)
class Column:
    """One month of a chart: its lower and its upper part, as shares of the highest column; `is_open`: not over."""

    word: str
    is_open: bool
    lower: float
    upper: float


@dataclass(frozen=True)
class Chart:
    """A chart by its kind: `bars`, `whiskers`, `points` or `columns`; `told` says aloud what it shows."""

    kind: str
    title: str
    told: str
    rows: Sequence[Bar | Point | Column | tuple[Whisker, str, str]]
    ticks: Sequence[tuple[float, str]] = ()
    end: float = 1.0
    key: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Section:
    """A part of the page."""

    title: str = ""
    sentences: Sequence[str] = ()
    chart: Chart | None = None
    hints: Sequence[str] = ()
    grids: Sequence[Grid] = ()


@dataclass(frozen=True)
class Sheet:
    """One question; `lead` is its sentence in the overview."""

    question: str
    title: str
    lead: str
    sections: Sequence[Section] = ()
    lines: Sequence[Line] = field(default_factory=tuple)


@dataclass(frozen=True)
class Teller:
    """What a question is told with."""

    write: NumberWriter
    labels: Labels


def draw_line(figure: str, found: Figure, sentence: str = "") -> Line:
    """Return the line of a figure."""
    if found.interval is None:
        return Line(figure, found.people, weeks=found.weeks, sentence=sentence)
    value, low, high = found.interval.value, found.interval.low, found.interval.high
    return Line(figure, found.people, value, low, high, sentence=sentence)


def make_cells(texts: Iterable[str]) -> tuple[Cell, ...]:
    """Return cells without a shade."""
    return tuple(Cell(text) for text in texts)


def join_told(parts: Iterable[str]) -> str:
    """Return what a chart shows, as one text that is read aloud."""
    return "; ".join(parts)
