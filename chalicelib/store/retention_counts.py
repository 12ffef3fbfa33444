"""What retention has removed, counted by month; no personal data.

pk                    sk         holds
retired#<yyyy-mm>     retired    people, clicks, mails, notes, bodies: how many were removed
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from chalicelib.models import utc_text
from chalicelib.store.customers import Customers


class Kind(StrEnum):
    """What can go."""

    PEOPLE = "people"  # forgotten: no sign of life for too long
    CLICKS = "clicks"  # visits through links
    MAILS = "mails"  # rows of mails
    MAIL_EVENTS = "notes"  # what became of mails, in a history
    BODIES = "bodies"  # messages word for word, of which only what we use stays


@dataclass(frozen=True)
class RetiredRows:
    """Builds and reads these rows."""

    customers: Customers

    def add_counts(self, counts: Mapping[Kind, int], now: datetime) -> dict[str, Any]:
        """Return the transaction part that counts what the same transaction removes."""
        return {
            "Update": {
                "TableName": self.customers.table,
                "Key": name_retired(utc_text(now)[:7]),
                "UpdateExpression": "ADD " + ", ".join(f"{kind.value} :{kind.value}" for kind in counts),
                "ExpressionAttributeValues": {f":{kind.value}": {"N": str(count)} for kind, count in counts.items()},
            }
        }

    def read_counts(self, month: str) -> dict[Kind, int]:
        """Return what was removed in a month (yyyy-mm), by kind."""
        found = self.customers.client.get_item(TableName=self.customers.table, Key=name_retired(month)).get("Item", {})
        return {kind: int(found[kind.value]["N"]) for kind in Kind if kind.value in found}

    def list_months(self, months: Iterator[str]) -> Iterator[tuple[str, dict[Kind, int]]]:
        """Yield each month that something was removed in."""
        for month in months:
            if counts := self.read_counts(month):
                yield month, counts


def name_retired(month: str) -> dict[str, Any]:
    """Return the key of a month's row."""
    return {"pk": {"S": f"retired#{month}"}, "sk": {"S": "retired"}}
