"""Brings the rows of a restored table back into the stage's own table, row by row; each step may be repeated.

customers       becomes what it was: rows that are not in the restored table are deleted
keys            keys that are lost or cannot be opened are put back; none is deleted, for customers may be new
audit, ledger   lines are only ever added, so each line that is lost or was overwritten is put back
offers          rows that are lost are put back: a code that was promised since stays promised
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from chalicelib.errors import SealBrokenError
from chalicelib.services import Services
from chalicelib.store.attributes import Row
from chalicelib.store.keys import CODES, INDEX, WALK
from chalicelib.store.queues import split_batches
from chalicelib.store.table import READ_BATCH, Table
from chalicelib.vault.blindindex import pack_secrets, unpack_secrets

Rule = Callable[[Row, Row | None], Row | None]
ADDED_TO = ("audit", "ledger")  # their policies refuse BatchWriteItem
# Of these the newest count, whatever the moment: what was forgotten, who must get no mail, what staff stopped.
KEPT = ("forget#", "redact#", "stop#", "halt#")
# Of these nothing is brought back: events that the shop's systems got long ago; lists of names, which are made anew.
DROPPED = ("out#", "roster")


@dataclass
class Counts:
    """What became of the rows."""

    put: int = 0
    deleted: int = 0
    same: int = 0


@dataclass(frozen=True)
class Rows:
    """The rows of a table, as DynamoDB writes them."""

    client: Any
    name: str
    keys: tuple[str, ...] = field(default=())

    def scan(self) -> Iterator[Row]:
        """Yield every row."""
        for page in self.client.get_paginator("scan").paginate(TableName=self.name, ConsistentRead=True):
            yield from page["Items"]

    def name_key(self, row: Row) -> Row:
        return {key: row[key] for key in self.keys}

    def read(self, rows: Iterable[Row]) -> dict[str, Row]:
        """Return the rows of the same keys that are there, by key."""
        waiting = [self.name_key(row) for row in rows]
        found: dict[str, Row] = {}
        while waiting:
            asked = {self.name: {"Keys": waiting[:READ_BATCH], "ConsistentRead": True}}
            answer = self.client.batch_get_item(RequestItems=asked)
            found |= {self.write_key(row): row for row in answer["Responses"].get(self.name, ())}
            rest = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
            waiting = [*rest, *waiting[READ_BATCH:]]
        return found

    def write_key(self, row: Row) -> str:
        """Return a row's key as text."""
        return repr([row[key] for key in self.keys])

    def put(self, rows: list[Row]) -> None:
        self.table.send_batches({"PutRequest": {"Item": row}} for row in rows)

    def delete(self, rows: list[Row]) -> None:
        self.table.send_batches({"DeleteRequest": {"Key": self.name_key(row)}} for row in rows)

    @property
    def table(self) -> Table:
        return Table(self.client, self.name)

    def put_singly(self, rows: list[Row]) -> None:
        """Write rows where the table's policy refuses to write several at once."""
        for row in rows:
            self.client.put_item(TableName=self.name, Item=row)


def open_rows(client: Any, name: str) -> Rows:
    """Return the rows of a table."""
    schema = client.describe_table(TableName=name)["Table"]["KeySchema"]
    return Rows(client, name, tuple(key["AttributeName"] for key in schema))


def is_named(row: Row, names: tuple[str, ...]) -> bool:
    """Return whether a row's partition is one of some, by its beginning."""
    return str(row["pk"].get("S", "")).startswith(names)


def carry_over(live: Rows, restored: Rows) -> int:
    """Bring what must not go back in time from the stage's own table into the restored one; return how many rows."""
    carried = 0
    for batch in split_batches((row for row in live.scan() if is_named(row, KEPT)), READ_BATCH):
        restored.put(batch)
        carried += len(batch)
    return carried


def drop_rows(restored: Rows) -> None:
    """Delete from the restored table what is not to come back."""
    for batch in split_batches((row for row in restored.scan() if is_named(row, DROPPED)), READ_BATCH):
        restored.delete(batch)


def bring_rows(table: str, live: Rows, restored: Rows, services: Services) -> Counts:
    """Write the restored rows into the stage's own table as far as the table goes back; count what became of them."""
    counts, mend = Counts(), choose_rule(table, services)
    write = live.put_singly if table in ADDED_TO else live.put
    for batch in split_batches(restored.scan(), READ_BATCH):
        there = live.read(batch)
        mended = [mend(row, there.get(live.write_key(row))) for row in batch]
        lacking = [row for row in mended if row is not None]
        write(lacking)
        counts.put += len(lacking)
        counts.same += len(batch) - len(lacking)
    if table == "customers":
        counts.deleted = delete_others(live, restored)
    return counts


def delete_others(live: Rows, restored: Rows) -> int:
    """Delete the rows that the restored table does not have, but for those that never go back; return how many."""
    deleted = 0
    for batch in split_batches((row for row in live.scan() if not is_named(row, KEPT)), READ_BATCH):
        there = restored.read(batch)
        late = [row for row in batch if restored.write_key(row) not in there]
        live.delete(late)
        deleted += len(late)
    return deleted


def choose_rule(table: str, services: Services) -> Rule:
    """Return what makes of a restored row, and the row that is there, the row to write, or None."""
    match table:
        case "keys":
            return lambda old, new: mend_key(old, new, services)
        case "offers":
            return lambda old, new: old if new is None else None
    return lambda old, new: old if new != old else None


def mend_key(old: Row, new: Row | None, services: Services) -> Row | None:
    """Return the row of the Keys table to write; an unreachable root key is an error and no answer.

    The index keeps every secret that it ever had; of two with one number the older, which more rows were named under.
    The other secrets of the service are made once: one that differs was made because the true one was lost.
    """
    name = old["pk"]["S"]
    if new is None or new == old or (opened := open_row(new, services)) is None:
        return old if new != old else None
    if name == INDEX:
        before, now = unpack_secrets(services.keys.root.open_secret(name, old["sealed"]["B"])), unpack_secrets(opened)
        both = pack_secrets({**now, **before})
        return None if before.items() <= now.items() else {**old, "sealed": {"B": seal(services, name, both)}}
    return old if name in (CODES, WALK) else None


def open_row(row: Row, services: Services) -> bytes | None:
    """Return a secret, or None where its row cannot be opened."""
    try:
        return services.keys.root.open_secret(row["pk"]["S"], bytes(row["sealed"]["B"]))
    except (SealBrokenError, KeyError):
        return None


def seal(services: Services, name: str, secret: bytes) -> bytes:
    return services.keys.root.seal_secret(name, secret)
