"""What enters a person's history: the parts that add events, write the record, keep names, and report changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.downstream.changes import write_changes
from chalicelib.models import ConsentState, HeldName, Reading, ReadingKind, Submission
from chalicelib.people.directory import People
from chalicelib.people.identity import name_shop
from chalicelib.people.person import Person
from chalicelib.people.profile import Record, fold_event
from chalicelib.services import Services
from chalicelib.settling.match import IdentityMatch
from chalicelib.settling.names import LASTING
from chalicelib.settling.redact import redact_history
from chalicelib.store.inbox import InboxItem
from chalicelib.store.table import Part


@dataclass(frozen=True)
class OpenedItem:
    """An inbox item, its opened submission, and the Reading of that submission."""

    item: InboxItem
    submission: Submission
    reading: Reading


def write_history(
    person: Person,
    record: Record,
    events: Iterable[tuple[str, Submission]],
    services: Services,
    now: datetime,
    *,
    match: IdentityMatch | None = None,
) -> list[Part]:
    """Return the parts that add events to a person's history, write their record, and report changed consents.

    `match` has the names of the events, which are kept beside the core.
    """
    names, sources = list_kept(match, services) if match is not None else ((), ())
    new = [row for row in names if row not in person.names]
    return [
        *(services.people.write_event(person, key, submission) for key, submission in events),
        *services.people.write_record(
            person, record, services.find_due(record.profile, now), names=names, sources=sources
        ),
        *(services.identities.note_holder(row, person.id) for row in new),
        *write_changes(services.outbox, person.profile, record.profile, now),
    ]


def list_kept(match: IdentityMatch, services: Services) -> tuple[list[str], list[str]]:
    """Return the index rows of a submission's names that last, and those of the shop that it came from."""
    names = [row for name in match.names if name.kind in LASTING for row in match.rows[name]]
    submission, reading = match.submission, match.reading
    if not (reading.sender_id or reading.orders or reading.refunds):
        return names, []
    return names, list(services.people.name_rows(name_shop(submission.sender, submission.shop)))


def release_names(customer_id: str, released: Iterable[HeldName], people: People) -> list[Part]:
    """Return the parts that free names, under every live index secret."""
    rows = [row for name in released for row in people.name_rows(name)]
    owners = people.identities.find_owners(rows) if rows else {}
    own = [row for row in rows if row in owners and owners[row].id == customer_id]
    return [people.identities.release_name(row, customer_id, owners[row].gone_at) for row in own]


def forward_withdrawals(
    person: Person, match: IdentityMatch, opened: OpenedItem, services: Services, now: datetime
) -> list[Part]:
    """Return the parts by which a withdrawal reaches the customer who holds the address that it names.

    A shop may know two customers by one address, and advertising goes to the customer who holds it: the reader of that
    mailbox withdrew. Only the withdrawal is forwarded, and nothing else of the submission.
    """
    withdrawals = tuple(consent for consent in opened.reading.consents if consent.state is ConsentState.WITHDRAWN)
    holder = next((match.find_holder(name) for name in match.names if name.kind == "email"), None)
    if not withdrawals or holder in (None, person.id):
        return []
    reader = services.people.load_person(str(holder))
    reading = Reading(kind=ReadingKind.CONSENT, consents=withdrawals)
    body = reading.model_dump_json(exclude_defaults=True).encode()
    forwarded = opened.submission.model_copy(update={"body": body, "reduced": True, "claims": ()})
    record = fold_event(reader.record, opened.item.key, forwarded, reading)
    if record.profile.consents == reader.profile.consents:
        return []
    redact_history(reader, record.profile, services.people)
    return write_history(reader, record, [(opened.item.key, forwarded)], services, now)
