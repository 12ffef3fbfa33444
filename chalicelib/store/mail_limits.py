"""Rows of the Customers table about the confirmation mails to an address, by the address's keyed hash.

pk                 sk    holds
ask#<index row>    ask   the times of the last mails, sent or planned, when the address last said no, version,
                         expires_at: no time older than a week and a day is needed
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.models import utc_text
from chalicelib.shop.periods import KEEP_QUIET, LONGEST_WAIT
from chalicelib.store.table import Part, Row, Table, expire_at


@dataclass(frozen=True)
class MailLimit:
    """The times of an address's mails, and of its last no; `version` is 0 where there is no row yet."""

    times: tuple[datetime, ...] = ()
    refused_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True)
class MailLimits:
    """Reads and builds these rows."""

    table: Table

    def read_row(self, rows: Sequence[str]) -> MailLimit:
        """Read an address's limit under its index rows, newest secret first."""
        found = [self.read_one(row) for row in rows]
        refusals = [limit.refused_at for limit in found if limit.refused_at]
        times = tuple(sorted(time for limit in found for time in limit.times))
        return MailLimit(times, max(refusals, default=None), found[0].version)

    def read_one(self, row: str) -> MailLimit:
        """Return the limit of one row, read consistently."""
        stored = self.table.read_item(name_row(row))
        return MailLimit() if stored is None else load_limit(stored)

    def write_row(self, rows: Sequence[str], limit: MailLimit, now: datetime) -> Part:
        """Return the part that replaces the row which did not change since it was read as `limit`."""
        row = {
            **name_row(rows[0]),
            "times": " ".join(utc_text(time) for time in limit.times),
            "refused_at": utc_text(limit.refused_at) if limit.refused_at else "",
            **expire_at(now + KEEP_QUIET + LONGEST_WAIT),
        }
        return self.table.put_version_part(row, limit.version)


def name_row(row: str) -> Row:
    """Return the key of an address's row, by a row of the blind index."""
    return {"pk": f"ask#{row.removeprefix('idn#')}", "sk": "ask"}


def load_limit(row: Row) -> MailLimit:
    return MailLimit(
        times=tuple(datetime.fromisoformat(text) for text in row["times"].split()),
        refused_at=datetime.fromisoformat(row["refused_at"]) if row["refused_at"] else None,
        version=int(row["version"]),
    )
