"""The parts of the readable copy, as templates/record.html shows them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from chalicelib.data_requests.readable.writer import Writer
from chalicelib.data_requests.values import Row

Record = Mapping[str, tuple[Row, ...]]  # rows by the names of their sections
MOST_UNFOLDED = 20


@dataclass(frozen=True)
class Line:
    """One line: its label, what it says, and notes below it.

    Several texts are shown as a list. `typed` tells that the text came from outside and keeps its own direction;
    `spoken` is the language of a quotation.
    """

    label: str
    said: tuple[str, ...]
    notes: tuple[str, ...] = ()
    typed: bool = False
    spoken: str = ""


@dataclass(frozen=True)
class Card:
    """One thing, such as an order. `others` are details that have no words of their own; `at` orders cards by time."""

    title: str
    lines: tuple[Line, ...]
    others: tuple[Line, ...] = ()
    at: str = ""


@dataclass(frozen=True)
class Group:
    """Cards under one title. A `folded` group can be opened and closed; `shut` tells that it is closed at first."""

    title: str
    cards: tuple[Card, ...]
    folded: bool = False
    shut: bool = False


@dataclass(frozen=True)
class Chapter:
    """One section of the page; `name` is its anchor."""

    name: str
    title: str
    hints: tuple[str, ...]
    groups: tuple[Group, ...]


Builder = Callable[[Record, Writer], list[Group]]


def make_line(label: str, *said: str, notes: tuple[str, ...] = (), typed: bool = False, spoken: str = "") -> list[Line]:
    """Return one line, or none where there is nothing to say."""
    told = tuple(text for text in said if text)
    shown = tuple(note for note in notes if note)
    return [Line(label, told, shown, typed, spoken)] if told else []


def list_cards(cards: list[Card], title: str = "") -> list[Group]:
    """Return cards as one group, or as none where there are none."""
    return [Group(title, tuple(cards))] if cards else []


def fold_cards(cards: list[Card], writer: Writer) -> list[Group]:
    """Return cards, newest first; a long list is folded by year, with the newest year open."""
    ordered = sorted(cards, key=lambda card: card.at, reverse=True)
    if len(ordered) <= MOST_UNFOLDED:
        return list_cards(ordered)
    years = [(year, tuple(found)) for year, found in groupby(ordered, key=lambda card: card.at[:4])]
    return [
        Group(writer.write_year(year, len(found)), found, folded=True, shut=place > 0)
        for place, (year, found) in enumerate(years)
    ]


def join_lines(cards: list[Card], writer: Writer) -> list[Group]:
    """Return cards of one line each as groups of one card: a list that is read line by line."""
    return [
        replace(group, cards=(Card("", tuple(line for card in group.cards for line in card.lines)),))
        for group in fold_cards(cards, writer)
    ]
