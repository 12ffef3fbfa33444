"""One row of the Customers table per erasure: how far it is. Nothing personal, so it may stay.

pk              sk       holds
forget#<id>     forget   state, whose it was (a random id), ledger number, reason, times, counts, links, probe,
                         receipt and signature; while there is something to do, due_week = forget#0 and due_at

sweeping -> verified -> closed      verified again after 1, 14 and 35 days; what came back is swept again
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from chalicelib.models import utc_text
from chalicelib.store.customers import Customers
from chalicelib.strictjson import dump_json, parse_json

PARTITION = "forget#0"
TEXTS = ("customer", "reason", "requested_at", "at", "result", "verified_at", "receipt", "signature")


class Stage(StrEnum):
    """How far an erasure is."""

    SWEEPING = "sweeping"  # the key is gone; the rest is being removed
    VERIFIED = "verified"  # nothing is left; looked at again later
    CLOSED = "closed"  # looked at for the last time


@dataclass(frozen=True)
class ForgetRow:
    """One erasure. Times are RFC 3339 UTC; `probe` was sealed under the key that must be gone.

    `counts` is what there was, by store; None until it was counted. `links` are the names of links in the mails.
    `checks` counts the later verifications that found nothing.
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


class ForgetRows:
    """Builds and reads these rows."""

    def __init__(self, customers: Customers) -> None:
        """Take the table."""
        self.customers = customers

    def write_row(self, row: ForgetRow) -> dict[str, Any]:
        """Return the transaction part that makes a new row."""
        return {
            "Put": {
                "TableName": self.customers.table,
                "Item": dump_row(row),
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }

    def put_row(self, row: ForgetRow) -> dict[str, Any]:
        """Return the transaction part that writes a row over whatever a restore brought."""
        return {"Put": {"TableName": self.customers.table, "Item": dump_row(row)}}

    def replace_row(self, old: ForgetRow, new: ForgetRow) -> dict[str, Any]:
        """Return the transaction part that replaces a row which is still where it was read."""
        return {
            "Put": {
                "TableName": self.customers.table,
                "Item": dump_row(new),
                "ConditionExpression": "stage = :stage AND checks = :checks AND due_at = :due_at",
                "ExpressionAttributeValues": {
                    ":stage": {"S": old.stage.value},
                    ":checks": {"N": str(old.checks)},
                    ":due_at": {"S": old.due_at},
                },
            }
        }

    def read_row(self, request: str) -> ForgetRow | None:
        """Read one row consistently."""
        row = self.customers.client.get_item(
            TableName=self.customers.table, Key=name_row(request), ConsistentRead=True
        ).get("Item")
        return None if row is None else load_row(row)

    def list_due(self, now: datetime) -> Iterator[ForgetRow]:
        """Yield the erasures that have something to do, each read again: the index lags."""
        for key in self.customers.query_due(PARTITION, utc_text(now)):
            row = self.read_row(key["pk"]["S"].removeprefix("forget#"))
            if row is not None and row.due_at and row.due_at <= utc_text(now):
                yield row


def name_row(request: str) -> dict[str, Any]:
    """Return the key of a row."""
    return {"pk": {"S": f"forget#{request}"}, "sk": {"S": "forget"}}


def dump_row(row: ForgetRow) -> dict[str, Any]:
    """Return a row's attributes; what is due is in the index."""
    due = {"due_week": {"S": PARTITION}, "due_at": {"S": row.due_at}} if row.due_at else {}
    return {
        **name_row(row.id),
        "stage": {"S": row.stage.value},
        "number": {"N": str(row.number)},
        "checks": {"N": str(row.checks)},
        "counts": {"S": dump_json(row.counts).decode()},
        "links": {"S": " ".join(row.links)},
        "probe": {"B": row.probe},
        **{name: {"S": getattr(row, name)} for name in TEXTS},
        **due,
    }


def load_row(row: dict[str, Any]) -> ForgetRow:
    """Read a row's attributes."""
    return ForgetRow(
        id=row["pk"]["S"].removeprefix("forget#"),
        stage=Stage(row["stage"]["S"]),
        number=int(row["number"]["N"]),
        checks=int(row["checks"]["N"]),
        counts=parse_json(row["counts"]["S"].encode()),
        links=tuple(row["links"]["S"].split()),
        probe=bytes(row["probe"]["B"]),
        due_at=row.get("due_at", {}).get("S", ""),
        **{name: row[name]["S"] for name in TEXTS},
    )
