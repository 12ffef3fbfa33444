"""Rows of the Customers table below one person: the sealed core, and a sealed row for each order, entry and event.

pk           sk                   holds
cust#<id>    core                 sealed profile; `version` counts its changes; in a week's queue while a mail is due;
                                  `names`: the index rows of every name they had, and `sources`: those of the shops that
                                  they came through, so that an erasure needs nothing opened; `joined`: the record that
                                  staff made of this one and another (`store.joins`), which stands for it since
cust#<id>    order#<hash>         one sealed order; `names`: its index rows; `numbers`: those of its number
cust#<id>    entry#<hash>         one sealed entry; a pre-order that waits is in a queue (`store.handovers`)
cust#<id>    event#<time>#<key>   one sealed submission of the history, by its sender's time

Each has `shape`, the number of its shape (`people.shapes`). Core, orders and entries have a `version` each, since one
read of several rows is no snapshot.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from chalicelib.errors import OversizeError
from chalicelib.models import utc_text
from chalicelib.models.months import name_week
from chalicelib.store.across import read_newest
from chalicelib.store.handovers import HANDOVERS
from chalicelib.store.stored_rows import MOST_SEALED, SHAPE, StoredRow, dump_event, dump_stored, load_stored, name_row
from chalicelib.store.table import NEW, SHARDS, THERE, Part, Row, Table, choose_shard, put_in_queue

CORE, ORDER, ENTRY, EVENT = "core", "order#", "entry#", "event#"


class PeopleRows:
    """Reads and builds these rows."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def read_core(self, customer_id: str) -> StoredRow | None:
        """Return a customer's core, read consistently, or None."""
        row = self.table.read_item(name_row(customer_id, CORE))
        return None if row is None else load_stored(row)

    def read_rows(self, customer_id: str, sort_keys: Iterable[str]) -> dict[str, StoredRow]:
        """Return those of some rows that exist, by sort key, read consistently."""
        found = self.table.read_items([name_row(customer_id, key) for key in dict.fromkeys(sort_keys)])
        return {row["sk"]: load_stored(row) for row in found}

    def list_stored(self, customer_id: str, prefix: str) -> Iterator[tuple[str, StoredRow]]:
        """Yield (sort key, row) of a kind of rows, read consistently; events come oldest first."""
        for row in self.table.query_items(f"cust#{customer_id}", prefix):
            yield row["sk"], load_stored(row)

    def list_latest(self, customer_id: str, prefix: str, most: int) -> list[tuple[str, StoredRow]]:
        """Return (sort key, row) of the last rows of a kind, in their order, read consistently in one call."""
        rows = read_newest(self.table, f"cust#{customer_id}", prefix, most=most)
        return [(row["sk"], load_stored(row)) for row in reversed(rows)]

    def list_rows(self, customer_id: str) -> Iterator[Row]:
        """Yield every row of a customer, read consistently."""
        yield from self.table.query_items(f"cust#{customer_id}")

    def write_core(self, customer_id: str, row: StoredRow, due: datetime | None = None) -> Part:
        """Return the part that replaces a core which is still at the version of `row`.

        `due` is when the customer's next mail is due. Raise OversizeError.
        """
        return self.table.put_version_part(
            {**dump_stored(customer_id, CORE, row), **name_due(customer_id, due)}, row.version
        )

    def join_core(self, customer_id: str, version: int, joined: str) -> Part:
        """Return the part by which another record stands for a core, which is still at `version`; no mail is due."""
        change = "SET joined = :joined REMOVE #queue, due_at ADD version :one"
        key = name_row(customer_id, CORE)
        return self.table.update_part(key, change, "version = :version", joined=joined, one=1, version=version)

    def find_joined(self, customer_ids: Iterable[str]) -> dict[str, str]:
        """Return the records that stand for some customers, by customer id; read consistently."""
        keys = [name_row(customer_id, CORE) for customer_id in dict.fromkeys(customer_ids)]
        found = {row["pk"].removeprefix("cust#"): row.get("joined", "") for row in self.table.read_items(keys)}
        return {customer_id: joined for customer_id, joined in found.items() if joined}

    def write_row(self, customer_id: str, sort_key: str, row: StoredRow, needed: str = "") -> Part:
        """Return the part that replaces a row which is still at the version of `row`; raise OversizeError.

        `needed` is the day by which a pre-order is to be handed over, "" for any other row.
        """
        waits = put_in_queue(HANDOVERS, needed) if needed else {}
        return self.table.put_version_part({**dump_stored(customer_id, sort_key, row), **waits}, row.version)

    def delete_core(self, customer_id: str, version: int) -> Part:
        """Return the part that deletes a core which is still at `version`."""
        return self.table.delete_part(name_row(customer_id, CORE), "version = :version", version=version)

    def check_core(self, customer_id: str, version: int) -> Part:
        """Return the part that fails when the core changed since it was read at `version`."""
        return self.table.check_part(name_row(customer_id, CORE), "version = :version", version=version)

    def write_event(self, customer_id: str, record_id: str, sealed: bytes) -> Part:
        """Return the part that adds one event to a history; raise OversizeError."""
        return self.table.put_part(dump_event(customer_id, record_id, sealed), NEW)

    def replace_event(self, customer_id: str, record_id: str, sealed: bytes) -> Part:
        """Return the part that replaces an event; it fails where the event is gone. Raise OversizeError."""
        return self.table.put_part(dump_event(customer_id, record_id, sealed), THERE)

    def replace_sealed(self, customer_id: str, sort_key: str, sealed: bytes) -> Part:
        """Return the part that replaces what an order's or entry's row has sealed, and counts its version on."""
        if len(sealed) > MOST_SEALED:
            raise OversizeError(sort_key.partition("#")[0])
        change = "SET sealed = :sealed, shape = :shape ADD version :one"
        return self.table.update_part(name_row(customer_id, sort_key), change, THERE, sealed=sealed, shape=SHAPE, one=1)

    def delete_row(self, customer_id: str, sort_key: str) -> Part:
        """Return the part that deletes one row of a person; it fails where the row is gone."""
        return self.table.delete_part(name_row(customer_id, sort_key), THERE)

    def delete_rows(self, customer_id: str, sort_keys: Iterable[str]) -> None:
        """Delete rows of a customer, without a condition."""
        self.table.delete_items(name_row(customer_id, key) for key in sort_keys)

    def scan_ids(self) -> Iterator[str]:
        """Yield the id of every customer but those that a joined record stands for.

        It scans the whole table, which only commands of staff may do.
        """
        for row in self.table.scan_keys("sk = :core AND attribute_not_exists(joined)", core=CORE):
            yield row["pk"].removeprefix("cust#")

    def count_due(self, until: datetime, most: int) -> list[int]:
        """Return how many customers' mails are due by a time, by shard of this week and the last, each up to `most`."""
        weeks = dict.fromkeys((name_week(until - timedelta(weeks=1)), name_week(until)))
        queues = [f"{week}#{shard}" for week in weeks for shard in range(SHARDS)]
        return [sum(1 for _ in self.table.list_queue(queue, utc_text(until), most)) for queue in queues]

    def list_due(self, now: datetime, weeks_back: int) -> Iterator[str]:
        """Yield the ids of customers whose mail became due since `weeks_back` weeks ago."""
        days = [now - timedelta(weeks=back) for back in range(weeks_back, -1, -1)]
        for week in dict.fromkeys(name_week(day) for day in days):
            for shard in range(SHARDS):
                for row in self.table.list_queue(f"{week}#{shard}", utc_text(now)):
                    yield row["pk"].removeprefix("cust#")


def name_event(occurred_at: datetime, key: str) -> str:
    """Return the record id of a submission, by its sender's time and its dedupe key."""
    return f"{EVENT}{utc_text(occurred_at)}#{key}"


def name_due(customer_id: str, due: datetime | None) -> dict[str, str]:
    """Return the attributes of a due date; none keeps the row out of every queue.

    A queue is a week's: an index entry that stays in its partition costs nothing.
    """
    return {} if due is None else put_in_queue(f"{name_week(due)}#{choose_shard(customer_id)}", due)
