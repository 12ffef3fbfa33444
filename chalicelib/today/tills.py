"""Tills that have not called for some hours, by the sessions of the members who are tills."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.models import utc_text
from chalicelib.services import Services
from chalicelib.store.staff import Role

QUIET = timedelta(hours=4)  # a session ends after twelve


@dataclass(frozen=True)
class QuietTill:
    """A till, and when it was seen last (RFC 3339), "" where nobody is signed in on it any more."""

    name: str
    seen: str


def list_quiet(services: Services, now: datetime) -> tuple[QuietTill, ...]:
    """Return the tills that were not seen lately: one call for all members, and one for each till."""
    tills = [each for each in services.staff.list_members() if each.is_active and each.role is Role.TILL]
    seen = [(till.name, [each.seen for each in services.sessions.list_sessions(till, now)]) for till in tills]
    return tuple(
        QuietTill(name, utc_text(max(times)) if times else "")
        for name, times in sorted(seen)
        if not times or now - max(times) > QUIET
    )
