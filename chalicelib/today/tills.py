"""Tills that have not called for a day: entries may wait on them. A till calls while its page is open, with a line."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.models import utc_text
from chalicelib.services import Services

QUIET = timedelta(hours=24)  # a till that is closed for the night is no news


@dataclass(frozen=True)
class QuietTill:
    """A till, and when it called last (RFC 3339)."""

    name: str
    seen: str


def list_quiet(services: Services, now: datetime) -> tuple[QuietTill, ...]:
    """Return the tills that did not call for a day, by one call."""
    active = sorted((till for till in services.tills.list_tills() if till.is_active), key=lambda till: till.name)
    return tuple(QuietTill(till.name, utc_text(till.seen)) for till in active if till.seen and now - till.seen > QUIET)
