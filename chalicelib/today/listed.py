"""A list that stays short however much waits, and what it may cost."""

from dataclasses import dataclass
from typing import Generic, TypeVar

Thing = TypeVar("Thing")

SHOWN = 50  # entries of one list
COUNTED = 1_000  # keys that are counted of one list of an index: one page of a query


@dataclass(frozen=True)
class Listed(Generic[Thing]):
    """The first entries of a list, and how many there are; `capped` where there may be more than were counted."""

    rows: tuple[Thing, ...] = ()
    count: int = 0
    capped: bool = False

    @property
    def more(self) -> int:
        """Return how many are counted beside those that are listed."""
        return max(0, self.count - len(self.rows))
