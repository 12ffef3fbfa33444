"""A contest that anybody can check: a list of entry numbers, its hash, and a ranking by a value nobody knew before.

A number is ranked by HMAC-SHA-256 of it under the public value, the smallest first. Neither the shop nor a customer can
choose a number to win: numbers are hashes of random keys, and the value comes after the list's hash was published.
"""

import hashlib
import hmac
from collections.abc import Iterable
from typing import Self

from pydantic import Field, model_validator

from chalicelib.models import Model

EMPTY = "nobody entered"


class Closed(Model):
    """What is published before the draw: the form, the day, how many entries there are, the hash of their list.

    `source` says in words which public value will be taken, e.g. "the lottery numbers of 5 December, with spaces".
    """

    form: str
    day: str
    source: str = Field(min_length=8)
    count: int = Field(ge=1)
    hash: str


class Draw(Model):
    """What is published after the draw. `passed` were ranked before a winner, and stand no more."""

    closed: Closed
    entries: tuple[str, ...]
    seed: str = Field(min_length=1)
    winners: tuple[str, ...]
    passed: tuple[str, ...] = ()

    @model_validator(mode="after")
    def check_lists(self) -> Self:
        """Refuse a number that stands twice."""
        if len(set(self.entries)) != len(self.entries):
            raise ValueError("a number stands twice in the list")
        return self


def hash_entries(numbers: Iterable[str]) -> str:
    """Return the hash of a list: SHA-256 of its numbers, sorted, each followed by a line feed."""
    return hashlib.sha256("".join(f"{number}\n" for number in sorted(numbers)).encode()).hexdigest()


def rank_entries(numbers: Iterable[str], seed: str) -> list[str]:
    """Return the numbers in the order in which they win."""
    return sorted(numbers, key=lambda number: hmac.new(seed.encode(), number.encode(), hashlib.sha256).digest())


def draw_winners(closed: Closed, entries: tuple[str, ...], standing: Iterable[str], seed: str, prizes: int) -> Draw:
    """Return the draw; `standing` are the numbers whose entry still stands.

    An entry stands no more once it was withdrawn, or its customer was forgotten, had their data set aside, or was
    joined with another customer who entered earlier.
    """
    stands, winners, passed = set(standing), list[str](), list[str]()
    for number in rank_entries(entries, seed):
        if len(winners) == prizes:
            break
        (winners if number in stands else passed).append(number)
    return Draw(closed=closed, entries=entries, seed=seed, winners=tuple(winners), passed=tuple(passed))


def judge_draw(draw: Draw) -> list[str]:
    """Return what is wrong with a published draw; nothing where everything follows from the list and the value."""
    faults = []
    if draw.closed.hash != hash_entries(draw.entries):
        faults.append("the list of entries is not the one whose hash was published")
    if draw.closed.count != len(draw.entries):
        faults.append(f"the list has {len(draw.entries)} entries, and {draw.closed.count} were published")
    first = rank_entries(draw.entries, draw.seed)[: len(draw.winners) + len(draw.passed)]
    if [number for number in first if number not in draw.passed] != list(draw.winners):
        faults.append("the winners do not follow from the list and the value")
    if set(draw.passed) - set(first):
        faults.append("a number was passed over that did not win")
    return faults
