"""Rows of the Customers table that count by month what retention has removed; no personal data.

pk                    sk         holds
retired#<yyyy-mm>     retired    people, clicks, mails, notes, bodies: how many were removed
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.models import utc_text
from chalicelib.store.table import Part, Row, Table


class Kind(StrEnum):
    """What retention removes."""

    PEOPLE = "people"  # erased: no sign of life for too long
    CLICKS = "clicks"  # visits through links
    MAILS = "mails"  # rows of mails
    MAIL_EVENTS = "notes"  # deliveries, bounces and complaints of mails, in a history
    BODIES = "bodies"  # bodies of messages, cut down to the fields that we use


@dataclass(frozen=True)
class RetentionCounts:
    """Builds and reads these rows."""

    table: Table

    def add_counts(self, counts: Mapping[Kind, int], now: datetime) -> Part:
        """Return the part that counts the deletions of the same transaction."""
        change = "ADD " + ", ".join(f"{kind.value} :{kind.value}" for kind in counts)
        values: Row = {kind.value: count for kind, count in counts.items()}
        return self.table.update_part(name_row(utc_text(now)[:7]), change, **values)

    def read_counts(self, month: str) -> dict[Kind, int]:
        """Return how many were removed in a month (yyyy-mm), by kind."""
        row = self.table.read_item(name_row(month), consistent=False) or {}
        return {kind: int(row[kind.value]) for kind in Kind if kind.value in row}

    def read_months(self, months: Sequence[str]) -> dict[str, dict[Kind, int]]:
        """Return the counts of some months, as they are given, read as one batch; none of a month without any."""
        rows = {row["pk"]: row for row in self.table.read_items([name_row(each) for each in months], consistent=False)}
        found = {month: rows.get(name_row(month)["pk"], {}) for month in months}
        counts = {month: {kind: int(row[kind]) for kind in Kind if kind.value in row} for month, row in found.items()}
        return {month: each for month, each in counts.items() if each}

    def list_months(self, months: Iterator[str]) -> Iterator[tuple[str, dict[Kind, int]]]:
        """Yield each month in which retention removed something."""
        for month in months:
            if counts := self.read_counts(month):
                yield month, counts


def name_row(month: str) -> Row:
    return {"pk": f"retired#{month}", "sk": "retired"}
