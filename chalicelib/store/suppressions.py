"""Rows of the Customers table of addresses that get no mail any more: the suppression list.

pk                  sk      holds
stop#<index row>    stop    keyed hash of the address, reason, since when
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.models import utc_text
from chalicelib.store.table import NEW, Part, Row, Table

WISH = "wish"  # the reason of a stop that a person wished for when they were erased: it blocks advertising


@dataclass(frozen=True)
class Suppressions:
    """Reads and builds these rows. `rows` are an address's rows of the blind index, one per live secret."""

    table: Table

    def check_unstopped(self, rows: Sequence[str]) -> list[Part]:
        """Return the parts that fail the transaction when an address is suppressed."""
        return [self.table.check_part(name_row(row), NEW) for row in rows]

    def write_stop(self, row: str, reason: str, at: datetime) -> Part:
        """Return the part that suppresses an address for good."""
        return self.table.put_part({**name_row(row), "reason": reason, "at": utc_text(at)})

    def lift_wish(self, row: str) -> list[Part]:
        """Return the part that ends a stop by wish; none for an address that is stopped for another reason, or free."""
        held = self.table.read_item(name_row(row))
        if held is None or held["reason"] != WISH:
            return []
        return [self.table.delete_part(name_row(row), "reason = :wish", wish=WISH)]

    def is_stopped(self, rows: Sequence[str]) -> bool:
        """Return whether an address is suppressed."""
        return bool(self.list_stops(rows))

    def list_stops(self, rows: Sequence[str]) -> dict[str, str]:
        """Return since when (RFC 3339 UTC) an address is suppressed, by each reason."""
        found = [self.table.read_item(name_row(row), consistent=False) for row in rows]
        return {row["reason"]: row["at"] for row in found if row}


def name_row(row: str) -> Row:
    """Return the key of an address's row, by a row of the blind index."""
    return {"pk": f"stop#{row.removeprefix('idn#')}", "sk": "stop"}
