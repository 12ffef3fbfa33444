"""Invitations: from the Staff page, and from the command of who holds the account's credentials."""

from collections.abc import Iterable
from datetime import datetime

from chalicelib.errors import InvalidSubmissionError
from chalicelib.services import Services
from chalicelib.store.audit import DESK
from chalicelib.store.invitations import make_invitation_token
from chalicelib.store.parts import Part
from chalicelib.store.staff import Role, make_staff_id
from chalicelib.text import is_hidden

LONGEST_NAME = 60  # characters


def check_name(text: str) -> str:
    """Return a name as it is kept; raise InvalidSubmissionError."""
    name = " ".join("".join(sign for sign in text if not is_hidden(sign)).split())
    if not name:
        raise InvalidSubmissionError({"name": "missing"})
    if len(name) > LONGEST_NAME:
        raise InvalidSubmissionError({"name": "too_long"})
    return name


def read_role(text: str) -> Role:
    """Return a role; raise InvalidSubmissionError."""
    if text not in set(Role):
        raise InvalidSubmissionError({"role": "invalid"})
    return Role(text)


def invite_member(
    services: Services,
    staff_id: str,
    name: str,
    role: Role,
    actor: str,
    now: datetime,
    conditions: Iterable[Part] = (),
) -> str:
    """Keep an invitation with its line in the audit; return its link, which is shown once. Raise RaceLostError."""
    token = make_invitation_token()
    kept = services.invitations.write_invitation(token, staff_id, name, role, now)
    line = services.audit.write_access(DESK, actor, f"invited {staff_id} as {role}", now)
    services.table.commit_parts([*conditions, kept, line])
    return f"{services.settings.desk_url.rstrip('/')}/join/{token}"


def invite_first(services: Services, now: datetime) -> str:
    """Return the link that makes the first owner, or "" where there is an owner already."""
    if services.staff.count_owners():
        return ""
    return invite_member(services, make_staff_id(), "Owner", Role.OWNER, "make run", now)
