"""Rows of the Customers table that count what came in on one day of the shop; no personal data.

    pk                     sk       holds
    day#<day>#<shard>      day      orders, customers, answers: how many were new

Each counter changes inside the transaction that settles, so it is exact: what is delivered twice counts once. A
customer who is forgotten later stays in the counts of the day.
"""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from chalicelib.shop.periods import KEEP_DAY_COUNTS
from chalicelib.store.table import Part, Row, Table, expire_at

# A transaction that meets another at the same row is tried again, so there are more shards than workers: four shards of
# the stream with ten workers each (infra/template.yaml).
SPREAD = 64


class New(StrEnum):
    """What came in."""

    ORDERS = "orders"
    CUSTOMERS = "customers"
    ANSWERS = "answers"  # to surveys


@dataclass(frozen=True)
class DayCounts:
    """Builds and reads these rows."""

    table: Table

    def add_counts(self, counts: Mapping[New, int], day: date, now: datetime) -> Part:
        """Return the part that counts what the same transaction brings; each try takes another shard."""
        change = "SET expires_at = :expires_at ADD " + ", ".join(f"#{kind.value} :{kind.value}" for kind in counts)
        values: Row = {kind.value: count for kind, count in counts.items()}
        values |= expire_at(now + KEEP_DAY_COUNTS)
        shard = random.randrange(SPREAD)  # noqa: S311 - spreads rivals, guards nothing
        return self.table.update_part(name_row(day, shard), change, **values)

    def read_day(self, day: date) -> Counter[New]:
        """Return the counts of a day, by one call."""
        rows = list(self.table.read_items([name_row(day, shard) for shard in range(SPREAD)], consistent=False))
        return Counter({kind: sum(int(row.get(kind.value, 0)) for row in rows) for kind in New})


def name_row(day: date, shard: int) -> Row:
    return {"pk": f"day#{day.isoformat()}#{shard}", "sk": "day"}
