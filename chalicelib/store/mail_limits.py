"""How often an address was asked to confirm: one row of the Customers table, known by the address's keyed hash.

pk                 sk    holds
ask#<index row>    ask   the last times that it was asked (those planned among them), when it last said no,
                         version, expires_at: nothing older than a week and a day can matter
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.models import utc_text
from chalicelib.shop.periods import KEEP_QUIET, LONGEST_WAIT
from chalicelib.store.customers import Customers


@dataclass(frozen=True)
class AskRow:
    """What is remembered of one address; `version` is 0 where there is no row yet."""

    times: tuple[datetime, ...] = ()
    refused_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True)
class AskRows:
    """Reads and builds these rows."""

    customers: Customers

    def read_row(self, rows: Sequence[str]) -> AskRow:
        """Read what is remembered of an address under its index rows, newest secret first."""
        found = [self.read_one(row) for row in rows]
        refusals = [one.refused_at for one in found if one.refused_at]
        times = tuple(sorted(time for one in found for time in one.times))
        return AskRow(times, max(refusals, default=None), found[0].version)

    def read_one(self, row: str) -> AskRow:
        """Read one row consistently."""
        key = name_ask(row)
        stored = self.customers.client.get_item(TableName=self.customers.table, Key=key, ConsistentRead=True).get(
            "Item"
        )
        if stored is None:
            return AskRow()
        refused = stored["refused_at"]["S"]
        return AskRow(
            times=tuple(datetime.fromisoformat(text) for text in stored["times"]["S"].split()),
            refused_at=datetime.fromisoformat(refused) if refused else None,
            version=int(stored["version"]["N"]),
        )

    def write_row(self, rows: Sequence[str], ask: AskRow, now: datetime) -> dict[str, Any]:
        """Return the transaction part that replaces the row nobody else changed since it was read as `ask`."""
        part: dict[str, Any] = {
            "TableName": self.customers.table,
            "Item": {
                **name_ask(rows[0]),
                "times": {"S": " ".join(utc_text(time) for time in ask.times)},
                "refused_at": {"S": utc_text(ask.refused_at) if ask.refused_at else ""},
                "version": {"N": str(ask.version + 1)},
                "expires_at": {"N": str(int((now + KEEP_QUIET + LONGEST_WAIT).timestamp()))},
            },
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        if ask.version:
            part["ConditionExpression"] = "version = :old"
            part["ExpressionAttributeValues"] = {":old": {"N": str(ask.version)}}
        return {"Put": part}


def name_ask(row: str) -> dict[str, Any]:
    """Return the key of an address's row."""
    return {"pk": {"S": f"ask#{row.removeprefix('idn#')}"}, "sk": {"S": "ask"}}
