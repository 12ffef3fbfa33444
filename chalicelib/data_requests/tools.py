"""What answering requests works with."""

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.campaigns.definition import Campaign
from chalicelib.campaigns.shop import ShopClock
from chalicelib.config import Settings
from chalicelib.mails.pace import Pace
from chalicelib.mails.ses import Mailer
from chalicelib.models import utc_text
from chalicelib.people.directory import People
from chalicelib.store.links import Links
from chalicelib.store.mail_limits import AskRows
from chalicelib.store.requests import RequestRow, RequestRows, RequestState


@dataclass(frozen=True)
class Answering:
    """The tools; `campaigns` and `clock` say in a package who would write to the person, and when."""

    people: People
    links: Links
    mailer: Mailer
    shop: Settings
    pace: Pace
    campaigns: tuple[Campaign, ...]
    clock: ShopClock

    @property
    def rows(self) -> RequestRows:
        """Return the rows of requests."""
        return RequestRows(self.people.customers)

    @property
    def caps(self) -> AskRows:
        """Return the rows of how often a person was mailed, and from a network was asked."""
        return AskRows(self.people.customers)

    def move_row(self, row: RequestRow, state: RequestState, due: datetime, now: datetime, reason: str = "") -> str:
        """Move a request on by itself; return where to."""
        moved = replace(row, state=state, due_at=utc_text(due), reason=reason)
        self.people.customers.commit_parts([self.rows.write_row(moved, now)])
        return state.value
