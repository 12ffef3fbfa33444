"""The entry that a mail confirms, and how many such mails there may be: anybody can cause one by typing an address.

They count under the caps of the confirmations of a double opt-in (`shop.limits`), with the same rows: a mailbox gets at
most so many mails that strangers cause, whichever form they fill in.
"""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.addresses import fold_mailbox, normalise_email
from chalicelib.models import Identity, IdentityKind, Reading, SenderName, Submission
from chalicelib.people.person import Person
from chalicelib.senders import read_submission
from chalicelib.services import Services
from chalicelib.shop.limits import CAPS, NETWORK_CAPS
from chalicelib.shop.unasked import is_unasked
from chalicelib.store.mail_limits import RateLimit
from chalicelib.store.people_rows import name_event
from chalicelib.store.table import Part

Limits = tuple[RateLimit, ...]


@dataclass(frozen=True)
class ConfirmedEntry:
    """An entry as its event tells it. `address` is what was typed with it, or "" where no mail may go there."""

    key: str
    address: str
    submission: Submission
    reading: Reading

    @property
    def form(self) -> str:
        """Return the form of the shop's own that it came by, or "" for another sender's."""
        return self.submission.topic if self.submission.sender == SenderName.FORM else ""


def find_entry(person: Person, key: str, services: Services) -> ConfirmedEntry | None:
    """Return the entry of an inbox key, read from the history, or None where it is not there."""
    mark = person.profile.marks.get(key)
    events = services.people.read_events(person, [name_event(mark.at, key)]) if mark else []
    if not events:
        return None
    submission = events[0].submission
    reading = read_submission(submission)
    own = normalise_email(services.settings.mail_from)
    typed = normalise_email(reading.email)
    return ConfirmedEntry(key, "" if is_unasked(typed, own) else reading.email, submission, reading)


def find_rows(entry: ConfirmedEntry | None, services: Services) -> tuple[str, ...]:
    """Return the index rows of the address that an entry is confirmed to; none where it is not confirmed."""
    address = normalise_email(entry.address) if entry else ""
    return services.people.name_address(address) if address else ()


def find_limits(entry: ConfirmedEntry | None, services: Services) -> Limits:
    """Read the counts of the mailbox and of the network that an entry came from; none where it is not confirmed."""
    mailbox = fold_mailbox(entry.address) if entry else ""
    if entry is None or not mailbox:
        return ()
    names = [(IdentityKind.MAILBOX, mailbox, CAPS), (IdentityKind.NETWORK, entry.submission.network, NETWORK_CAPS)]
    return tuple(
        RateLimit(
            services.people.name_rows(Identity(kind=kind, value=name_count(kind, value))), caps, services.mail_limits
        )
        for kind, value, caps in names
        if value
    )


def name_count(kind: IdentityKind, value: str) -> str:
    """Return what is counted: a network under the name that confirmations of sign-ups count it by."""
    return f"ask {value}" if kind is IdentityKind.NETWORK else value


def plan_turn(limits: Limits, now: datetime) -> datetime | None:
    """Return when the mail may go: now or later, or None for not within a day."""
    moments = [limit.plan_turn(now) for limit in limits]
    known = [moment for moment in moments if moment is not None]
    return max(known, default=now) if len(known) == len(moments) else None


def take_turns(limits: Limits, now: datetime) -> list[Part]:
    """Return the parts that take the turns, if no other worker took one since."""
    return [part for limit in limits for part in limit.take_turn(now)]
