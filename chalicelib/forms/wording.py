"""The part of an interface language that field types need."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Protocol


class Wording(Protocol):
    """The words and digits of one language (interface.Interface, which needs the forms themselves)."""

    @property
    def language(self) -> str:
        """Return the language's code."""
        ...

    @property
    def rank(self) -> str:
        """Return the label of a rank, with `{n}`."""
        ...

    @property
    def day_example(self) -> str:
        """Return the hint of a date."""
        ...

    def write_number(self, number: int) -> str:
        """Return a whole number in the language's digits."""
        ...


@dataclass(frozen=True)
class SummaryWords:
    """What repeats answers in one language: `given` stands for one that is not repeated, `between` joins several."""

    language: str
    given: str
    between: str
    write_number: Callable[[int], str]
    write_day: Callable[[date], str]
