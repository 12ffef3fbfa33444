"""Rows of the Desk table about invitations: a link that makes one person a member of staff, once, within 24 hours.

    pk       sk       holds
    invite   <hash>   of the link's token: `staff`, the id that the person will have; `name`, `role`, `until`,
                      `expires_at`

An invitation of somebody who is known already lets them make a new passkey, and their old ones end.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.models import utc_text
from chalicelib.store.names import HASH, hash_text
from chalicelib.store.staff import Role
from chalicelib.store.table import NEW, THERE, Part, Row, Table, expire_at

INVITATION_HOLDS = timedelta(hours=24)


@dataclass(frozen=True)
class Invitation:
    """One open invitation. `hash` names it; only the link holds its token."""

    hash: str
    staff_id: str
    name: str
    role: Role
    until: datetime


@dataclass(frozen=True)
class Invitations:
    """Reads and builds these rows."""

    table: Table

    def write_invitation(self, token: str, staff_id: str, name: str, role: Role, now: datetime) -> Part:
        """Return the part that keeps an invitation."""
        until = now + INVITATION_HOLDS
        row = {
            **name_invitation(hash_text(token)),
            "staff": staff_id,
            "name": name,
            "role": role.value,
            "until": utc_text(until),
            **expire_at(until),
        }
        return self.table.put_part(row, NEW)

    def read_invitation(self, token: str, now: datetime) -> Invitation | None:
        """Return the open invitation of a token, or None: unknown, used, or too old."""
        row = self.table.read_item(name_invitation(hash_text(token))) if HASH.fullmatch(token) else None
        found = None if row is None else load_invitation(row)
        return found if found and found.until > now else None

    def list_invitations(self, now: datetime) -> Iterator[Invitation]:
        """Yield the open invitations."""
        found = map(load_invitation, self.table.query_items("invite"))
        yield from (each for each in found if each.until > now)

    def use_invitation(self, invitation: Invitation) -> Part:
        """Return the part that uses an invitation up; it fails where it was used or withdrawn."""
        return self.table.delete_part(name_invitation(invitation.hash), THERE)

    def withdraw_invitation(self, name: str) -> Part:
        """Return the part that withdraws an invitation; it fails where there is none of that hash."""
        return self.table.delete_part(name_invitation(name), THERE)


def name_invitation(name: str) -> Row:
    return {"pk": "invite", "sk": name}


def load_invitation(row: Row) -> Invitation:
    """Return an invitation from its row."""
    return Invitation(row["sk"], row["staff"], row["name"], Role(row["role"]), datetime.fromisoformat(row["until"]))


def make_invitation_token() -> str:
    """Return a new token: 256 random bits."""
    return secrets.token_urlsafe(32)
