"""Retention: each person's record is reviewed once in four weeks, and data whose period is over is deleted.

    forgotten -> no more reviews
    restricted, or with a request under way -> kept as it is
    inactive for too long, no open order -> forgotten, as if the person had asked
    else -> old visits and mail events are deleted, old messages are cut down; the profile counts them no more

Each transaction checks the core's version: where the core changed meanwhile, the review begins again.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from chalicelib.erasure.forget import ForgetOrder, Reason, find_held, make_request, write_forgetting
from chalicelib.errors import RaceLostError
from chalicelib.joining.end import end_side
from chalicelib.models import MailNote, Profile, Totals, utc_text
from chalicelib.people.mail_notes import join_mails
from chalicelib.people.orders import add_totals
from chalicelib.people.person import Person
from chalicelib.people.profile import last_activity
from chalicelib.people.restriction import is_restricted
from chalicelib.retention.expired import Change, Line, has_open_order, is_inactive, list_changes
from chalicelib.runs import run_each
from chalicelib.senders import read_submission, reduce_submission
from chalicelib.services import Services
from chalicelib.store.mails import MailRow
from chalicelib.store.people_rows import StoredRow
from chalicelib.store.requests import FINISHED
from chalicelib.store.retention_counts import Kind
from chalicelib.store.table import Part

RETRIES = 8  # against other workers
MOST_CHANGES = 40  # in one transaction, of DynamoDB's hundred parts
MOST_PEOPLE = 10_000  # in one run
Parts = list[Part]


@dataclass(frozen=True)
class Record:
    """A person with their history, its Readings, and the rows of their mails."""

    person: Person
    lines: tuple[Line, ...]
    mails: tuple[MailRow, ...]


@dataclass(frozen=True)
class Finding:
    """The result of a review: `kept` is why nothing is deleted, `changes` are deletions, `ends` means an erasure."""

    kept: str = ""
    ends: bool = False
    changes: tuple[Change, ...] = ()

    @property
    def counts(self) -> Counter[Kind]:
        """Return how many deletions there are, by kind."""
        return Counter([Kind.PEOPLE]) if self.ends else Counter(change.kind for change in self.changes)


def retire_people(services: Services, now: datetime, most: int = MOST_PEOPLE) -> dict[str, int]:
    """Review every customer who is due; return how many were reviewed, deletions by kind, and how many must wait."""
    gone: Counter[str] = Counter()

    def review(customer_id: str) -> str:
        gone.update({kind.value: count for kind, count in retire_person(customer_id, services, now).items()})
        return "reviewed"

    due = list(islice(services.retention_queue.list_due(utc_text(now)), most))
    counts = run_each(due, review, name="retention")
    return {**counts, **gone}


def retire_person(customer_id: str, services: Services, now: datetime) -> Counter[Kind]:
    """Review one person and plan the next review; return deletions by kind. Raise RaceLostError to try later."""
    gone: Counter[Kind] = Counter()
    lost = 0
    while lost < RETRIES:
        try:
            part, done = retire_once(customer_id, services, now)
        except RaceLostError:
            lost += 1
            continue
        gone += part
        if done:
            return gone
    raise RaceLostError(customer_id)


def retire_once(customer_id: str, services: Services, now: datetime) -> tuple[Counter[Kind], bool]:
    """Make one transaction; return its deletions by kind, and whether it was the last."""
    table, queue = services.table, services.retention_queue
    core = services.people_rows.read_core(customer_id)
    if core is not None and core.joined:
        return retire_side(customer_id, core, services, now)
    record = open_record(customer_id, services)
    if record is None:
        table.commit_parts([queue.drop_row(customer_id)])
        return Counter(), True
    found = judge_record(record, services, now)
    if found.ends:
        table.commit_parts(write_end(customer_id, services, now))
        return found.counts, True
    step = replace(found, changes=found.changes[:MOST_CHANGES])
    last = len(step.changes) == len(found.changes)
    parts = write_record(record, step, services, now) if step.changes else []
    table.commit_parts([*parts, *([queue.plan_next(customer_id, now)] if last else [])])
    return step.counts, last


def retire_side(customer_id: str, core: StoredRow, services: Services, now: datetime) -> tuple[Counter[Kind], bool]:
    """Delete a record that a joined one stands for, in its time; forget it where the joined one was forgotten."""
    if services.keys.has_key(core.joined):
        end_side(customer_id, core, services, now)
        return Counter(), True
    services.table.commit_parts(write_end(customer_id, services, now))
    return Counter([Kind.PEOPLE]), True


def open_record(customer_id: str, services: Services) -> Record | None:
    """Open a person, or return None for one who is forgotten. Raise KeyUnavailableError while KMS does not answer."""
    person = services.people.open_person(customer_id)
    if person is None:
        return None
    history = services.people.list_history(person)
    lines = tuple(Line(event, read_submission(event.submission)) for event in history)
    return Record(person, lines, tuple(services.mails.list_mails(customer_id)))


def judge_record(record: Record, services: Services, now: datetime) -> Finding:
    """Return the result of a review; nothing is written."""
    profile = record.person.profile
    if is_restricted(profile):
        return Finding(kept="restricted")
    if any(row.state not in FINISHED for row in services.requests.list_requests(record.person.id)):
        return Finding(kept="request")
    if is_inactive(profile, now) and not has_open_order(profile, now):
        return Finding(ends=True)
    return Finding(changes=tuple(list_changes(record.lines, record.mails, now)))


def write_end(customer_id: str, services: Services, now: datetime) -> Parts:
    """Return the parts that forget a person; raise RaceLostError where they were forgotten meanwhile."""
    order = ForgetOrder(reason=Reason.RETENTION, request=make_request(), requested_at=now)
    held = find_held(customer_id, services)
    if held is None:
        raise RaceLostError(customer_id)
    return [
        *write_forgetting(held, order, services, now),
        services.retention_queue.drop_row(customer_id),
        services.retention_counts.add_counts({Kind.PEOPLE: 1}, now),
    ]


def write_record(record: Record, step: Finding, services: Services, now: datetime) -> Parts:
    """Return the parts that make the deletions, with a profile that no longer counts the deleted events."""
    person = record.person
    profile = forget_events(record, step.changes)
    return [
        services.people.write_core(person, profile, services.find_due(profile, now)),
        *(write_change(change, person, services) for change in step.changes),
        *keep_links(step.changes, person, services),
        services.retention_counts.add_counts(step.counts, now),
    ]


def forget_events(record: Record, changes: Iterable[Change]) -> Profile:
    """Return the profile without the deleted events; a message that is cut down has the same Reading.

    Only visits and events of mails are deleted, so nothing but counts, notes of mails and times is made of them.
    """
    profile = record.person.profile
    gone = {id(change.line) for change in changes if change.line is not None and change.kind is not Kind.BODIES}
    rest = [line for line in record.lines if id(line) not in gone]
    lost = [line.reading.entry.kind for line in record.lines if id(line) in gone and line.reading.entry is not None]
    mails: dict[str, MailNote] = {}
    seen: datetime | None = None
    for line in rest:
        mails = join_mails(mails, line.reading)
        seen = last_activity(seen, line.event.submission, line.reading)
    return profile.model_copy(
        update={
            "events": profile.events - len(gone),
            "totals": add_totals(profile.totals, Totals(), Totals(entries=dict(Counter(lost)))),
            "mails": mails,
            "first_seen": min((line.at for line in rest), default=None),
            "last_seen": seen,
        }
    )


def write_change(change: Change, person: Person, services: Services) -> Part:
    """Return the part that makes one deletion."""
    if change.mail is not None:
        return services.mails.delete_mail(person.id, change.mail)
    event = change.event
    if change.kind is Kind.BODIES:
        return services.people.replace_event(person, event.key, reduce_submission(event.submission))
    return services.people.delete_event(person, event)


def keep_links(changes: Iterable[Change], person: Person, services: Services) -> Parts:
    """Return the part that keeps the links of deleted mails: erasures must find unsubscribe links, which never expire.

    Expired links are gone from their own table; the rows of their owner are deleted here.
    """
    names = [name for change in changes if change.mail for name in change.mail.links]
    alive = services.links.find_rows(name for name in names if not name.startswith("mail:"))
    services.identities.delete_names(services.people.name_links(name for name in names if name not in alive))
    return [services.old_links.add_links(person.id, alive)] if alive else []
