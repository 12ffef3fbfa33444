"""Rows of the Desk table about the shop's own people, the staff: who may come in, and as what.

    pk       sk             holds
    staff    <staff id>     name, role, state, since; `number`, which every change raises: a session and an act name
                            the number that they were begun under, and end with it; `expires_at` once dismissed
    owners   owners         `count` of active owners: the last one can be neither dismissed nor given another role

All rows of staff stand in one partition: a shop has a few, and the Staff page lists them all.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.models import utc_text
from chalicelib.shop.retention import find_span
from chalicelib.store.table import NEW, Part, Row, Table, expire_at

UNCHANGED = "#number = :old AND #state = :active"


class Role(StrEnum):
    """What somebody is at the desk; `desk/rights.py` says what each may do."""

    OWNER = "owner"
    STAFF = "staff"
    VIEWER = "viewer"
    TILL = "till"  # a device on the counter, no person


class State(StrEnum):
    """Whether somebody may come in."""

    ACTIVE = "active"
    DISMISSED = "dismissed"


@dataclass(frozen=True)
class Member:
    """One member of staff, or a till."""

    staff_id: str
    name: str
    role: Role
    state: State
    number: int
    since: datetime

    @property
    def is_active(self) -> bool:
        return self.state is State.ACTIVE


@dataclass(frozen=True)
class StaffRows:
    """Reads and builds these rows."""

    table: Table

    def read_member(self, staff_id: str) -> Member | None:
        """Return one member, or None."""
        row = self.table.read_item(name_member(staff_id))
        return None if row is None else load_member(row)

    def list_members(self) -> Iterator[Member]:
        """Yield everybody, also who was dismissed, in no order."""
        yield from (load_member(row) for row in self.table.query_items("staff"))

    def count_owners(self) -> int:
        """Return how many active owners there are."""
        row = self.table.read_item(OWNERS) or {}
        return int(row.get("count", 0))

    def require_active(self, staff_id: str, number: int) -> Part:
        """Return the part that fails a transaction unless this person is still active under this number.

        Every act of the desk carries it: a dismissal takes effect inside the transaction that comes after it.
        """
        return self.table.check_part(name_member(staff_id), UNCHANGED, old=number, active=State.ACTIVE.value)

    def write_new(self, staff_id: str, name: str, role: Role, now: datetime) -> list[Part]:
        """Return the parts that add a member."""
        row = {
            **name_member(staff_id),
            "name": name,
            "role": role.value,
            "state": State.ACTIVE.value,
            "number": 1,
            "since": utc_text(now),
        }
        return [self.table.put_part(row, NEW), *self.change_owners(int(role is Role.OWNER))]

    def write_return(self, member: Member, role: Role) -> list[Part]:
        """Return the parts by which a known member comes back with a new passkey, in the role of the invitation."""
        before, after = member.is_active and member.role is Role.OWNER, role is Role.OWNER
        change = "SET #number = :new, #state = :active, #role = :role REMOVE expires_at"
        values = {"old": member.number, "new": member.number + 1, "active": State.ACTIVE.value, "role": role.value}
        part = self.table.update_part(name_member(member.staff_id), change, "#number = :old", **values)
        return [part, *self.change_owners(after - before)]

    def write_role(self, member: Member, role: Role) -> list[Part]:
        """Return the parts that give a member another role, and end the sessions of the old one."""
        change = "SET #number = :new, #role = :role"
        values = {"old": member.number, "new": member.number + 1, "active": State.ACTIVE.value, "role": role.value}
        part = self.table.update_part(name_member(member.staff_id), change, UNCHANGED, **values)
        return [part, *self.change_owners((role is Role.OWNER) - (member.role is Role.OWNER))]

    def write_dismissal(self, member: Member, now: datetime) -> list[Part]:
        """Return the parts that dismiss a member. The name stays for a time: it explains lines of the audit."""
        change = "SET #number = :new, #state = :gone, expires_at = :end"
        end = expire_at(now + find_span("staff"))["expires_at"]
        values = {"old": member.number, "new": member.number + 1, "active": State.ACTIVE.value}
        gone = self.table.update_part(
            name_member(member.staff_id), change, UNCHANGED, **values, gone=State.DISMISSED.value, end=end
        )
        return [gone, *self.change_owners(-int(member.role is Role.OWNER))]

    def end_sessions(self, member: Member) -> Part:
        """Return the part that ends every session of a member at once: each names the old number."""
        values = {"old": member.number, "new": member.number + 1, "active": State.ACTIVE.value}
        return self.table.update_part(name_member(member.staff_id), "SET #number = :new", UNCHANGED, **values)

    def change_owners(self, change: int) -> list[Part]:
        """Return the part that counts owners, or none; one that would leave no owner fails the transaction."""
        if not change:
            return []
        others = "#count > :one" if change < 0 else ""
        values = {"more": change, "one": 1} if others else {"more": change}
        return [self.table.update_part(OWNERS, "ADD #count :more", others, **values)]


OWNERS: Row = {"pk": "owners", "sk": "owners"}


def name_member(staff_id: str) -> Row:
    return {"pk": "staff", "sk": staff_id}


def load_member(row: Row) -> Member:
    """Return a member from their row."""
    return Member(
        staff_id=row["sk"],
        name=row["name"],
        role=Role(row["role"]),
        state=State(row["state"]),
        number=int(row["number"]),
        since=datetime.fromisoformat(row["since"]),
    )


def make_staff_id() -> str:
    """Return a new id: 128 random bits, which a passkey keeps as its user handle."""
    return secrets.token_urlsafe(16)
