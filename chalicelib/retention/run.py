"""Retention at work: look at each person once in four weeks, and let go what has been kept long enough.

    nobody any more -> no more looks
    restricted, or with a request under way -> kept as they are
    no sign of life for too long, nothing on order -> forgotten, as if they had asked
    else -> old visits and words on mails go, old messages are cut down; the profile is folded anew from what is left

Each transaction holds the profile's version: whatever happens to the person meanwhile, the look begins again.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.erasure.forget import ForgetOrder, Forgetting, Reason, make_request, write_forgetting
from chalicelib.errors import KeyUnavailableError, RaceLostError, RegularsError
from chalicelib.models import Identity, Profile, utc_text
from chalicelib.people.directory import Person
from chalicelib.people.profile import add_identities, fold_history
from chalicelib.people.restriction import is_restricted
from chalicelib.retention.expired import Change, Line, has_open_order, is_inactive, list_changes
from chalicelib.senders import read_submission, reduce_submission
from chalicelib.store.links import Links
from chalicelib.store.mails import MailRow, MailRows
from chalicelib.store.old_links import OldLinks
from chalicelib.store.requests import FINISHED, RequestRows
from chalicelib.store.retention_counts import Kind, RetiredRows
from chalicelib.store.retention_queue import RetentionQueue

log = logging.getLogger(__name__)

TURNS = 8
MOST_CHANGES = 40  # in one transaction, of DynamoDB's hundred parts
MOST_PEOPLE = 10_000  # in one run
Parts = list[dict[str, Any]]


@dataclass(frozen=True)
class Retiring:
    """What this works with; `find_due` says when a person next has a reason to hear from us."""

    forgetting: Forgetting
    looks: RetentionQueue
    retired: RetiredRows
    mails: MailRows
    links: Links
    requests: RequestRows
    find_due: Callable[[Profile, datetime], datetime | None]


@dataclass(frozen=True)
class Record:
    """A person as they stand: history with what it says, mails' rows."""

    person: Person
    lines: tuple[Line, ...]
    mails: tuple[MailRow, ...]


@dataclass(frozen=True)
class Finding:
    """What a look at somebody finds: `kept` says why nothing goes, `changes` what goes, `ends` that everything does."""

    kept: str = ""
    ends: bool = False
    changes: tuple[Change, ...] = ()

    @property
    def counts(self) -> Counter[Kind]:
        """Return what goes, by kind."""
        return Counter([Kind.PEOPLE]) if self.ends else Counter(change.kind for change in self.changes)


def retire_people(tools: Retiring, now: datetime, most: int = MOST_PEOPLE) -> dict[str, int]:
    """Look at everybody who is due; return how many were looked at, what went, and how many must wait."""
    counts: Counter[str] = Counter()
    for customer_id in list(islice(tools.looks.list_due(utc_text(now)), most)):
        try:
            counts.update({kind.value: count for kind, count in retire_person(customer_id, tools, now).items()})
            counts["looked_at"] += 1
        except (RegularsError, ClientError, BotoCoreError) as fault:
            log.warning("retiring_postponed", extra={"key": customer_id, "fault": type(fault).__name__})
            counts["postponed"] += 1
    return dict(counts)


def retire_person(customer_id: str, tools: Retiring, now: datetime) -> Counter[Kind]:
    """Look at one person and plan the next look; return what went. Raise RaceLostError to try later."""
    gone: Counter[Kind] = Counter()
    lost = 0
    while lost < TURNS:
        try:
            part, done = retire_once(customer_id, tools, now)
        except RaceLostError:
            lost += 1
            continue
        gone += part
        if done:
            return gone
    raise RaceLostError(customer_id)


def retire_once(customer_id: str, tools: Retiring, now: datetime) -> tuple[Counter[Kind], bool]:
    """Make one transaction; return what went in it, and whether it was the last."""
    customers = tools.forgetting.people.customers
    record = open_record(customer_id, tools)
    if record is None:
        customers.commit_parts([tools.looks.drop_row(customer_id)])
        return Counter(), True
    found = judge_record(record, tools, now)
    if found.ends:
        customers.commit_parts(write_end(record.person, tools, now))
        return found.counts, True
    step = replace(found, changes=found.changes[:MOST_CHANGES])
    last = len(step.changes) == len(found.changes)
    parts = write_changes(record, step, tools, now) if step.changes else []
    customers.commit_parts(parts + [tools.looks.move_row(customer_id, now)] * last)
    return step.counts, last


def open_record(customer_id: str, tools: Retiring) -> Record | None:
    """Open a person; None for one who is forgotten. Raise KeyUnavailableError where the key cannot be used now."""
    people = tools.forgetting.people
    try:
        person = people.load_person(customer_id)
    except KeyUnavailableError:
        if people.keys.read_key(customer_id) is None:
            return None
        raise
    lines = tuple(Line(event, read_submission(event.submission)) for event in people.list_history(person))
    return Record(person, lines, tuple(tools.mails.list_mails(customer_id)))


def judge_record(record: Record, tools: Retiring, now: datetime) -> Finding:
    """Say what a look finds; nothing is changed."""
    profile = record.person.profile
    if is_restricted(profile):
        return Finding(kept="restricted")
    if any(row.state not in FINISHED for row in tools.requests.list_requests(record.person.id)):
        return Finding(kept="request")
    if is_inactive(record.lines, now) and not has_open_order(profile):
        return Finding(ends=True)
    return Finding(changes=tuple(list_changes(record.lines, record.mails, now)))


def write_end(person: Person, tools: Retiring, now: datetime) -> Parts:
    """Return the transaction that forgets somebody, if nothing happened to them since they were read."""
    order = ForgetOrder(reason=Reason.RETENTION, request=make_request(), requested_at=now)
    return [
        *write_forgetting(person, order, tools.forgetting, now),
        tools.looks.drop_row(person.id),
        tools.retired.add_counts({Kind.PEOPLE: 1}, now),
    ]


def write_changes(record: Record, step: Finding, tools: Retiring, now: datetime) -> Parts:
    """Return the transaction that lets go, with the profile folded anew from what is left."""
    person, people = record.person, tools.forgetting.people
    profile = rebuild_profile(record, step.changes)
    return [
        *people.write_profile(person, profile, tools.find_due(profile, now)),
        *tools.forgetting.outbox.write_changes(person.profile, profile, now),
        *(write_change(change, person, tools) for change in step.changes),
        *keep_links(step.changes, person, tools),
        tools.retired.add_counts(step.counts, now),
    ]


def rebuild_profile(record: Record, changes: Iterable[Change]) -> Profile:
    """Return the profile of a history without the events that go; a message that is cut down says the same."""
    gone = {id(change.line) for change in changes if change.line is not None and change.kind is not Kind.BODIES}
    rest = [line for line in record.lines if id(line) not in gone]
    history = ((line.event.key, line.event.submission, line.reading) for line in rest)
    profile = record.person.profile
    return add_identities(fold_history(profile.customer_id, history), profile.identities)


def write_change(change: Change, person: Person, tools: Retiring) -> dict[str, Any]:
    """Return the part of one change."""
    people = tools.forgetting.people
    if change.mail is not None:
        return people.customers.delete_row(person.id, f"mail#{change.mail.occasion}")
    event = change.event
    if change.kind is Kind.BODIES:
        return people.replace_event(person, event.key, reduce_submission(event.submission))
    return people.delete_event(person, event)


def keep_links(changes: Iterable[Change], person: Person, tools: Retiring) -> Parts:
    """Return the part that keeps the links of mails which go: a way out works for ever, so forgetting must find it.

    Links that have ended are gone from their own table; the rows that say whose they were are deleted here.
    """
    names = [name for change in changes if change.mail for name in change.mail.links]
    alive = tools.links.find_rows(name for name in names if not name.startswith("mail:"))
    people = tools.forgetting.people
    ended = [Identity(kind="link", value=name) for name in names if name not in alive]
    rows = [row for name in ended for row in people.name_rows(name)]
    people.customers.delete_rows({"pk": {"S": row}, "sk": {"S": "identity"}} for row in rows)
    return [OldLinks(people.customers).add_links(person.id, alive)] if alive else []
