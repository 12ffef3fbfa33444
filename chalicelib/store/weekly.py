"""Rows of the Desk table about the weekly mail: which owner asked for it, and where it goes.

    pk       sk           holds
    weekly   <staff id>   `state`, `language`, `sealed` (address and token of its links, under the walk's key), `token`
                          (the hash of that token), `until` (while it waits for the confirmation), `week` (that of the
                          last mail), `version`, `expires_at` until it is confirmed

A row is replaced at the version at which it was read, so each step is taken once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.models import utc_text
from chalicelib.store.names import HASH, hash_text
from chalicelib.store.staff import Role, State, name_member
from chalicelib.store.table import Part, Row, Table, expire_at

CONFIRM_WITHIN = timedelta(days=7)
OWNER = "#state = :active AND #role = :owner"


class WeeklyState(StrEnum):
    """Where the weekly mail of one owner is."""

    ASKING = "asking"  # the mail that asks for the confirmation is to be sent
    ASKED = "asked"  # it was sent, or may have been
    REFUSED = "refused"  # no mail can be sent to the address
    ON = "on"
    OFF = "off"


@dataclass(frozen=True)
class WeeklyRow:
    """One owner's weekly mail; `version` is 0 for a row not stored yet. `week` is an ISO week, or ""."""

    staff_id: str
    state: WeeklyState
    language: str
    sealed: bytes
    token: str
    until: datetime
    week: str = ""
    version: int = 0

    @property
    def is_confirmed(self) -> bool:
        return self.state in (WeeklyState.ON, WeeklyState.OFF)

    def holds(self, now: datetime) -> bool:
        """Return whether the address is confirmed, or may still be."""
        return self.is_confirmed or now < self.until


@dataclass(frozen=True)
class WeeklyRows:
    """Reads and builds these rows."""

    table: Table

    def write_row(self, row: WeeklyRow) -> Part:
        """Return the part that replaces a row which is still at its version."""
        ends = {} if row.is_confirmed else expire_at(row.until)
        stored = {
            **name_row(row.staff_id),
            "state": row.state.value,
            "language": row.language,
            "sealed": row.sealed,
            "token": row.token,
            "until": utc_text(row.until),
            "week": row.week,
            **ends,
        }
        return self.table.put_version_part(stored, row.version)

    def read_row(self, staff_id: str) -> WeeklyRow | None:
        """Return a member's row, also one that nobody confirmed in time, or None."""
        row = self.table.read_item(name_row(staff_id))
        return None if row is None else load_weekly(row)

    def list_rows(self) -> Iterator[WeeklyRow]:
        """Yield every row."""
        yield from map(load_weekly, self.table.query_items("weekly"))

    def find_token(self, token: str, now: datetime) -> WeeklyRow | None:
        """Return the row of a link's token, or None: a shop has a few owners, and so a few rows."""
        name = hash_text(token) if HASH.fullmatch(token) else ""
        found = next((each for each in self.list_rows() if each.token == name), None)
        return found if found and found.holds(now) else None

    def remove_row(self, staff_id: str) -> Part:
        """Return the part that deletes a member's row with the address."""
        return self.table.delete_part(name_row(staff_id))

    def require_owner(self, staff_id: str) -> Part:
        """Return the part that fails a transaction unless the member still works here, as an owner."""
        values = {"active": State.ACTIVE.value, "owner": Role.OWNER.value}
        return self.table.check_part(name_member(staff_id), OWNER, **values)


def name_row(staff_id: str) -> Row:
    return {"pk": "weekly", "sk": staff_id}


def load_weekly(row: Row) -> WeeklyRow:
    """Return a row of the table as it means."""
    return WeeklyRow(
        staff_id=row["sk"],
        state=WeeklyState(row["state"]),
        language=row["language"],
        sealed=bytes(row["sealed"]),
        token=row["token"],
        until=datetime.fromisoformat(row["until"]),
        week=row["week"],
        version=int(row["version"]),
    )
