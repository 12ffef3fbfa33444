"""Rows of the Customers table about the mails that strangers can cause, by the keyed hash of a mailbox or a network.

pk                 sk    holds
ask#<index row>    ask   the times of the last mails, sent or planned, when the mailbox last said no, version,
                         expires_at: no time older than a week and a day is needed
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.models import utc_text
from chalicelib.shop.limits import Caps, plan_asking, remember_asking
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


class RateLimit:
    """The counts under one cap, read once, so that the turn taken is the turn planned."""

    def __init__(self, rows: Sequence[str], caps: Caps, limits: MailLimits) -> None:
        """Read the rows, newest secret first; without rows there is no cap."""
        self.rows, self.caps, self.limits = rows, caps, limits
        self.held = limits.read_row(rows) if rows else MailLimit()

    def plan_turn(self, now: datetime, longest_wait: timedelta = LONGEST_WAIT) -> datetime | None:
        """Return the time of the next free turn, or None where there is none soon or the mailbox said no."""
        held = self.held
        return plan_asking(held.times, now, refused_at=held.refused_at, caps=self.caps, longest_wait=longest_wait)

    def take_turn(self, moment: datetime) -> list[Part]:
        """Return the part that takes a turn, if no other worker took one since."""
        taken = replace(self.held, times=remember_asking(self.held.times, moment, self.caps))
        return self.write_held(taken, moment)

    def keep_turns(self, moment: datetime) -> list[Part]:
        """Return the part that fails where a turn was taken or refused since, and changes nothing."""
        return self.write_held(self.held, moment)

    def write_held(self, held: MailLimit, moment: datetime) -> list[Part]:
        return [self.limits.write_row(self.rows, held, moment)] if self.rows else []


def name_row(row: str) -> Row:
    """Return the key of an address's row, by a row of the blind index."""
    return {"pk": f"ask#{row.removeprefix('idn#')}", "sk": "ask"}


def load_limit(row: Row) -> MailLimit:
    return MailLimit(
        times=tuple(datetime.fromisoformat(text) for text in row["times"].split()),
        refused_at=datetime.fromisoformat(row["refused_at"]) if row["refused_at"] else None,
        version=int(row["version"]),
    )
