"""Rows of the Customers table that say which waiting inbox items name a customer.

    pk              sk                      holds
    waits#<hash>    <received_at>#<key>     an inbox item that waits for staff or for a confirmation, and names or holds
                                            this address, number, id or order; `at`: when it happened, RFC 3339 UTC;
                                            `by`: the keyed hash of the network that it came from

So an erasure finds the items about its customer and opens no other. A row of an item that waits no more leads to a
tombstone, and is left to DynamoDB's TTL.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from chalicelib.store.identities import read_name
from chalicelib.store.table import Part, Row, Table, expire_at


@dataclass(frozen=True)
class WaitNote:
    """One row; `row` is the index row of the name, `key` the inbox key, `received_at` and `at` are RFC 3339 UTC."""

    row: str
    key: str
    received_at: str
    at: str
    by: str = ""


@dataclass(frozen=True)
class Waits:
    """Builds and reads these rows."""

    table: Table

    def write_wait(self, wait: WaitNote, until: datetime | None) -> Part:
        """Return the part that notes an item under one name, for good or until it expires."""
        known = {"at": wait.at, "by": wait.by}
        return self.table.put_part({**name_wait(wait), **known, **(expire_at(until) if until else {})})

    def list_waits(self, rows: Iterable[str], most: int | None = None) -> Iterator[WaitNote]:
        """Yield the items under some names, the oldest of each name first, and at most so many of each."""
        for row in rows:
            for found in self.table.query_items(name_partition(row), most=most):
                received_at, _, key = found["sk"].partition("#")
                yield WaitNote(row, key, received_at, found["at"], found.get("by", ""))

    def delete_waits(self, waits: Iterable[WaitNote]) -> None:
        """Delete rows whose items wait no more."""
        self.table.delete_items(name_wait(wait) for wait in waits)


def name_partition(row: str) -> str:
    return f"waits#{read_name(row)}"


def name_wait(wait: WaitNote) -> Row:
    return {"pk": name_partition(wait.row), "sk": f"{wait.received_at}#{wait.key}"}
