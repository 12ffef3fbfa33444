"""Rows of the Customers table about erasures: one per erasure, with its stage. They hold no personal data, and stay.

pk              sk       holds
forget#<id>     forget   stage, the customer's random id, ledger number, reason, times, counts, links, probe,
                         receipt and signature; while there is something to do, queue = forget#0 and due_at

sweeping -> verified -> closed      verified again after 1, 14 and 35 days; rows that came back are swept again
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.models import utc_text
from chalicelib.runs import read_each
from chalicelib.store.table import NEW, Part, Row, Table, put_in_queue
from chalicelib.strictjson import dump_json, parse_json

QUEUE = "forget#0"
TEXTS = ("customer", "reason", "requested_at", "at", "result", "verified_at", "receipt", "signature")


class Stage(StrEnum):
    """The stages of an erasure."""

    SWEEPING = "sweeping"  # the key is gone; the rest is being removed
    VERIFIED = "verified"  # nothing is left; verified again later
    CLOSED = "closed"  # verified for the last time


@dataclass(frozen=True)
class ErasureRow:
    """One erasure. Times are RFC 3339 UTC; `probe` was sealed under the key that must be gone.

    `counts` are the rows found, by store; None until they were counted. `links` are the names of links in the mails.
    `checks` counts the later verifications that found nothing. `due_at` is "" where nothing is left to do.
    """

    id: str
    stage: Stage
    customer: str
    number: int
    reason: str
    requested_at: str
    at: str
    result: str = ""
    probe: bytes = b""
    counts: dict[str, int] | None = None
    links: tuple[str, ...] = ()
    verified_at: str = ""
    receipt: str = ""
    signature: str = ""
    checks: int = 0
    due_at: str = ""


@dataclass(frozen=True)
class Erasures:
    """Builds and reads these rows."""

    table: Table

    def write_row(self, row: ErasureRow) -> Part:
        """Return the part that makes a new row."""
        return self.table.put_part(dump_erasure(row), NEW)

    def put_row(self, row: ErasureRow) -> Part:
        """Return the part that writes a row, also over a restored one."""
        return self.table.put_part(dump_erasure(row))

    def replace_row(self, old: ErasureRow, new: ErasureRow) -> Part:
        """Return the part that replaces a row which did not change since it was read as `old`."""
        condition = "stage = :stage AND checks = :checks AND due_at = :due_at"
        values = {"stage": old.stage.value, "checks": old.checks, "due_at": old.due_at}
        return self.table.put_part(dump_erasure(new), condition, **values)

    def read_row(self, request: str) -> ErasureRow | None:
        """Return one row, read consistently, or None."""
        row = self.table.read_item(name_row(request))
        return None if row is None else load_erasure(row)

    def read_rows(self, requests: Iterable[str]) -> dict[str, ErasureRow]:
        """Return those of some rows that exist, by id; one that cannot be read is logged and left out."""
        found = self.table.read_items([name_row(request) for request in requests])
        return {row.id: row for row in read_each(found, load_erasure, name="erasure", tell=lambda row: str(row["pk"]))}

    def list_open(self, most: int) -> list[ErasureRow]:
        """Return the erasures, at most `most`, that have something to do now or later, by two calls."""
        keys = self.table.list_queue(QUEUE, "9999", most)
        return list(self.read_rows(key["pk"].removeprefix("forget#") for key in keys).values())

    def list_rows(self) -> Iterator[ErasureRow]:
        """Yield every erasure's row. It scans the table, which only commands of staff may do."""
        for key in self.table.scan_keys("begins_with(pk, :prefix)", prefix="forget#"):
            row = self.read_row(key["pk"].removeprefix("forget#"))
            if row is not None:
                yield row

    def list_due(self, now: datetime) -> Iterator[ErasureRow]:
        """Yield the erasures that are due, each read again: the index lags."""
        ids = (key["pk"].removeprefix("forget#") for key in self.table.list_queue(QUEUE, utc_text(now)))
        for row in read_each(ids, self.read_row, name="erasure"):
            if row.due_at and row.due_at <= utc_text(now):
                yield row


def name_row(request: str) -> Row:
    return {"pk": f"forget#{request}", "sk": "forget"}


def dump_erasure(row: ErasureRow) -> Row:
    """Return a row's attributes; a row with something to do is in the queue."""
    return {
        **name_row(row.id),
        "stage": row.stage.value,
        "number": row.number,
        "checks": row.checks,
        "counts": dump_json(row.counts).decode(),
        "links": " ".join(row.links),
        "probe": row.probe,
        **{name: getattr(row, name) for name in TEXTS},
        **(put_in_queue(QUEUE, row.due_at) if row.due_at else {}),
    }


def load_erasure(row: Row) -> ErasureRow:
    return ErasureRow(
        id=row["pk"].removeprefix("forget#"),
        stage=Stage(row["stage"]),
        number=int(row["number"]),
        checks=int(row["checks"]),
        counts=parse_json(row["counts"].encode()),
        links=tuple(row["links"].split()),
        probe=row["probe"],
        due_at=row.get("due_at", ""),
        **{name: row[name] for name in TEXTS},
    )
