"""Rows of the Customers table that say when retention reviews each customer next.

    pk             sk        holds
    review#<id>    review    queue = review#<shard>, due_at: when; once in four weeks, spread by id

Each customer is reviewed once in four weeks, so a day's work is a day's share of them. A row stays due until its
customer was reviewed: a run that stops early leaves the rest to the next run.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.store.table import SHARDS, Part, Row, Table, choose_shard, put_in_queue

EVERY_DAYS = 28
EVER = "9999"
MOST_COUNTED = 5_000  # customers of each shard: to count more takes longer than a look at a page


@dataclass(frozen=True)
class RetentionQueue:
    """Builds and reads these rows."""

    table: Table

    def plan_first(self, customer_id: str, now: datetime) -> Part:
        """Return the part that plans the first review of a new customer."""
        wait = timedelta(days=1 + choose_shard(customer_id, EVERY_DAYS))
        return self.plan_review(customer_id, now + wait)

    def plan_next(self, customer_id: str, now: datetime) -> Part:
        """Return the part that plans the next review."""
        return self.plan_review(customer_id, now + timedelta(days=EVERY_DAYS))

    def plan_review(self, customer_id: str, due_at: datetime) -> Part:
        """Return the part that plans a review."""
        queue = f"review#{choose_shard(customer_id)}"
        return self.table.put_part({**name_row(customer_id), **put_in_queue(queue, due_at)})

    def drop_row(self, customer_id: str) -> Part:
        return self.table.delete_part(name_row(customer_id))

    def list_due(self, before: str = EVER) -> Iterator[str]:
        """Yield the ids of customers who are due by a time (RFC 3339 UTC); of all customers, where no time is given."""
        for shard in range(SHARDS):
            for row in self.table.list_queue(f"review#{shard}", before):
                yield row["pk"].removeprefix("review#")

    def count_due(self, before: str, most: int) -> list[int]:
        """Return how many customers are due by a time in each shard, each counted up to `most`."""
        shards = (self.table.list_queue(f"review#{shard}", before, most) for shard in range(SHARDS))
        return [sum(1 for _ in rows) for rows in shards]

    def count_all(self) -> int:
        """Return how many customers there are, 0 for too many to count."""
        shards = self.count_due(EVER, MOST_COUNTED)
        return 0 if MOST_COUNTED in shards else sum(shards)

    def list_batch(self, cursor: str, most: int) -> tuple[list[str], str]:
        """Return the next customers after a cursor, and the new cursor, as `list_planned` does."""
        found, after = self.list_planned(cursor, most)
        return list(found), after

    def list_planned(self, cursor: str, most: int) -> tuple[dict[str, str], str]:
        """Return the next customers after a cursor with the time of their review, and the new cursor.

        A cursor is `<shard>#<cursor of the shard's queue>`; an empty one means the start, or that all were listed.
        """
        shard, _, after = cursor.partition("#")
        found: dict[str, str] = {}
        for number in range(int(shard or 0), SHARDS):
            rows, last = self.table.page_queue(f"review#{number}", after, most - len(found))
            found |= {row["pk"].removeprefix("review#"): str(row["due_at"]) for row in rows}
            if last or len(found) == most:
                return found, f"{number}#{last}" if last else f"{number + 1}#"
            after = ""
        return found, ""


def name_row(customer_id: str) -> Row:
    return {"pk": f"review#{customer_id}", "sk": "review"}
