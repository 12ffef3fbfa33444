"""A tally: sums by key, of which each customer adds a share and takes it away again.

A key is a path such as `score/score/2026-11/9`. Every figure is computed from the tally alone. So the figures of
everybody without one person are those of the tally less that person's share, whatever the order of arrival.
"""

import json
import zlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice

from pydantic import TypeAdapter

Amount = int | Decimal
Share = tuple[str, Amount]
SLASH, PERCENT = "/", "%"
VALUES = TypeAdapter(dict[str, int | str])


def make_key(*parts: str) -> str:
    """Return a key of parts; a slash inside a part cannot be taken for one between two."""
    key = SLASH.join(parts)
    if PERCENT not in key and key.count(SLASH) == len(parts) - 1:
        return key  # nearly every key: a walk makes about ninety for each customer
    return SLASH.join(part.replace("%", "%25").replace(SLASH, "%2F") for part in parts)


def split_key(key: str) -> tuple[str, ...]:
    """Return the parts of a key."""
    return tuple(part.replace("%2F", SLASH).replace("%25", "%") for part in key.split(SLASH))


class Tally(dict[str, Amount]):
    """Sums by key; a sum of nothing is not kept, so equal tallies have equal keys. It changes by `add_shares` alone."""

    order: tuple[str, ...] = ()  # the sorted keys, made when first asked for: a tally may have 50,000

    def add_shares(self, shares: Iterable[Share], sign: int = 1) -> None:
        """Add shares, or take them away with `sign` -1."""
        self.order = ()
        for key, amount in shares:
            total = self.get(key, 0) + sign * amount
            if total:
                self[key] = total
            else:
                self.pop(key, None)

    def count(self, *parts: str) -> int:
        """Return the count under a key, 0 where there is none."""
        return int(self.get(make_key(*parts), 0))

    def below(self, *parts: str) -> Iterator[tuple[tuple[str, ...], Amount]]:
        """Yield what stands below a key, as (the parts that follow, sum), sorted."""
        self.order = self.order or tuple(sorted(self))
        start = make_key(*parts) + SLASH
        for key in islice(self.order, bisect_left(self.order, start), None):
            if not key.startswith(start):
                return
            yield split_key(key[len(start) :]), self[key]

    def counts(self, *parts: str) -> dict[str, int]:
        """Return the counts one step below a key."""
        return {rest[0]: int(amount) for rest, amount in self.below(*parts) if len(rest) == 1}

    def sums(self, *parts: str) -> dict[str, Decimal]:
        """Return the sums one step below a key."""
        return {rest[0]: Decimal(amount) for rest, amount in self.below(*parts) if len(rest) == 1}

    def dump(self) -> bytes:
        """Return the tally as compressed JSON; a decimal is its text."""
        values = {key: amount if isinstance(amount, int) else str(amount) for key, amount in sorted(self.items())}
        return zlib.compress(json.dumps(values, separators=(",", ":"), ensure_ascii=False).encode())


def load_tally(text: bytes) -> Tally:
    """Return the tally of such a text; raise ValueError."""
    try:
        values = VALUES.validate_json(zlib.decompress(text))
    except zlib.error as fault:
        raise ValueError(str(fault)) from None
    return Tally({key: amount if isinstance(amount, int) else Decimal(amount) for key, amount in values.items()})
