"""Rows of the Customers table that say when each person is next looked at for what has been kept long enough.

    pk           sk      holds
    look#<id>    look    due_week = look#<shard>, due_at: when; once in four weeks, spread by id

So everybody is looked at once in four weeks, and a day's work is a day's share of them. A row that is due stays due
until its person was looked at: whoever stops in between, the next run goes on from there.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.models import utc_text
from chalicelib.store.customers import Customers

EVERY_DAYS = 28
SHARDS = 4
EVER = "9999"


@dataclass(frozen=True)
class RetentionQueue:
    """Builds and reads these rows."""

    customers: Customers

    def write_first(self, customer_id: str, now: datetime) -> dict[str, Any]:
        """Return the transaction part that plans the first look at somebody new."""
        wait = timedelta(days=1 + zlib.crc32(customer_id.encode()) % EVERY_DAYS)
        return self.plan_look(customer_id, now + wait)

    def move_row(self, customer_id: str, now: datetime) -> dict[str, Any]:
        """Return the transaction part that plans the next look."""
        return self.plan_look(customer_id, now + timedelta(days=EVERY_DAYS))

    def plan_look(self, customer_id: str, due_at: datetime) -> dict[str, Any]:
        """Return the transaction part that plans a look."""
        shard = zlib.crc32(customer_id.encode()) % SHARDS
        due = {"due_week": {"S": f"look#{shard}"}, "due_at": {"S": utc_text(due_at)}}
        return {"Put": {"TableName": self.customers.table, "Item": {**name_look(customer_id), **due}}}

    def drop_row(self, customer_id: str) -> dict[str, Any]:
        """Return the transaction part that plans no more looks."""
        return {"Delete": {"TableName": self.customers.table, "Key": name_look(customer_id)}}

    def list_due(self, before: str = EVER) -> Iterator[str]:
        """Yield the ids of people who are due by a time (RFC 3339 UTC); of all, where none is given."""
        for shard in range(SHARDS):
            for row in self.customers.query_due(f"look#{shard}", before):
                yield row["pk"]["S"].removeprefix("look#")

    def list_stretch(self, cursor: str, most: int) -> tuple[list[str], str]:
        """Return the next people after a place, and the place after them; "" is the beginning, and the end."""
        shard, _, after = cursor.partition("#")
        found: list[str] = []
        for number in range(int(shard or 0), SHARDS):
            rows, last = self.customers.list_partition(f"look#{number}", after, most - len(found))
            found += [row.removeprefix("look#") for row in rows]
            if last or len(found) == most:
                return found, f"{number}#{last}" if last else f"{number + 1}#"
            after = ""
        return found, ""


def name_look(customer_id: str) -> dict[str, Any]:
    """Return the key of a row."""
    return {"pk": {"S": f"look#{customer_id}"}, "sk": {"S": "look"}}
