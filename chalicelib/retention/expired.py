"""The data of one person whose period is over, by the table of periods. Pure.

Only events without lasting content are deleted from a history: visits, and SES events of mails. Consents, orders and
answers stay as long as the customer. The body of a shop system's message is cut down to the fields that we use; its
Reading stays the same.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.models import Event, MailNote, OrderState, Profile, Reading
from chalicelib.people.mail_notes import join_mails
from chalicelib.people.profile import join_clicks, last_activity
from chalicelib.senders import find_sender
from chalicelib.shop.periods import OPEN_ORDER_HOLDS
from chalicelib.shop.retention import find_span
from chalicelib.store.mails import OPEN, MailRow
from chalicelib.store.retention_counts import Kind

EXPIRING_KINDS = {
    "click": (Kind.CLICKS, "clicks"),
    "mail": (Kind.MAIL_EVENTS, "mail-notes"),
    "mail-event": (Kind.MAIL_EVENTS, "mail-notes"),
}


@dataclass(frozen=True)
class Line:
    """One event of a history with its Reading."""

    event: Event
    reading: Reading

    @property
    def at(self) -> datetime:
        return self.event.submission.occurred_at


@dataclass(frozen=True)
class Change:
    """One deletion: of an event, the body of an event, or a mail's row."""

    kind: Kind
    line: Line | None = None
    mail: MailRow | None = None

    @property
    def event(self) -> Event:
        """Return the event of a change that has one."""
        if self.line is None:
            raise ValueError(self.kind)
        return self.line.event


@dataclass
class Rest:
    """What the profile says of the events that stay: notes of mails, first event, last sign of life, last click."""

    mails: dict[str, MailNote] = field(default_factory=dict)
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    clicked: datetime | None = None

    def add_line(self, line: Line) -> None:
        """Count an event that stays."""
        self.mails = join_mails(self.mails, line.reading)
        self.first_seen = min(self.first_seen or line.at, line.at)
        self.last_seen = last_activity(self.last_seen, line.event.submission, line.reading)
        self.clicked = join_clicks(self.clicked, line.reading)


@dataclass(frozen=True)
class Expired:
    """The deletions that are due: the first ones, the count of all, and what stays after the first ones."""

    changes: tuple[Change, ...] = ()
    counts: Counter[Kind] = field(default_factory=Counter)
    rest: Rest = field(default_factory=Rest)

    @property
    def is_whole(self) -> bool:
        """Return whether the first deletions are all of them."""
        return len(self.changes) == self.counts.total()

    def list_gone(self) -> list[Line]:
        """Return the events that the first deletions remove; one whose body is cut down stays."""
        return [each.line for each in self.changes if each.line is not None and each.kind is not Kind.BODIES]


def is_inactive(profile: Profile, now: datetime) -> bool:
    """Return whether the last activity is older than the retention period; False where there is no activity."""
    return profile.last_seen is not None and profile.last_seen < now - find_span("inactive")


def has_open_order(profile: Profile, now: datetime) -> bool:
    """Return whether an open order, which is no test, still keeps a person: it does so for a bounded time only."""
    since = now - find_span("inactive") - OPEN_ORDER_HOLDS
    orders = profile.latest.values()
    return any(order.state is OrderState.OPEN and not order.test and order.placed_at > since for order in orders)


def find_expired(lines: Iterable[Line], mails: Iterable[MailRow], now: datetime, most: int) -> Expired:
    """Return the deletions that are due, oldest first, at most so many of them. The lines are read once."""
    changes: list[Change] = []
    counts: Counter[Kind] = Counter()
    rest = Rest()
    for line in lines:
        change = judge_line(line, now)
        counts.update([change.kind] if change else [])
        if change is not None and len(changes) < most:
            changes.append(change)
        if change is None or change.kind is Kind.BODIES or changes[-1] is not change:
            rest.add_line(line)
    before = now - find_span("mail-notes")
    old = [mail for mail in mails if mail.state not in OPEN and datetime.fromisoformat(mail.at) < before]
    counts.update([Kind.MAILS] * len(old))
    changes += [Change(Kind.MAILS, mail=mail) for mail in old[: most - len(changes)]]
    return Expired(tuple(changes), counts, rest)


def judge_line(line: Line, now: datetime) -> Change | None:
    """Return the deletion of one event that is due, or None."""
    kind, period = EXPIRING_KINDS.get(line.reading.kind, (None, ""))
    if kind is not None and not has_lasting_content(line.reading):
        return Change(kind, line) if line.at < now - find_span(period) else None
    submission = line.event.submission
    whole = find_sender(submission.sender) is not None and not submission.reduced
    return Change(Kind.BODIES, line) if whole and line.at < now - find_span("raw-bodies") else None


def has_lasting_content(reading: Reading) -> bool:
    """Return whether an event holds more than a visit or an SES event of a mail: such an event stays."""
    return bool(reading.consents or reading.fields or reading.orders or reading.refunds)
