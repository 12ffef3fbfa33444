"""Retention: each person's record is reviewed once in four weeks, and data whose period is over is deleted.

    forgotten -> no more reviews
    restricted, or with a request under way -> kept as it is
    inactive for too long, no open order -> forgotten, as if the person had asked
    else -> old visits and mail events are deleted, old messages are cut down; the profile counts them no more

Each transaction checks the core's version: where the core changed meanwhile, the review begins again.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from chalicelib.erasure.forget import ForgetOrder, Reason, find_held, make_request, write_forgetting
from chalicelib.errors import RaceLostError
from chalicelib.joining.end import end_side
from chalicelib.models import Profile, Totals, utc_text
from chalicelib.people.orders import add_totals
from chalicelib.people.person import Person
from chalicelib.people.restriction import is_restricted
from chalicelib.retention.expired import Change, Expired, Line, find_expired, has_open_order, is_inactive
from chalicelib.runs import run_each
from chalicelib.senders import read_submission, reduce_submission
from chalicelib.services import Services
from chalicelib.store.requests import FINISHED
from chalicelib.store.retention_counts import Kind
from chalicelib.store.stored_rows import StoredRow
from chalicelib.store.table import Part

RETRIES = 8  # against other workers
MOST_CHANGES = 40  # in one transaction, of DynamoDB's hundred parts
MOST_PEOPLE = 10_000  # in one run
Parts = list[Part]


@dataclass(frozen=True)
class Finding:
    """The result of a review: `kept` is why nothing is deleted, `ends` means an erasure, `found` are the deletions."""

    kept: str = ""
    ends: bool = False
    found: Expired = field(default_factory=Expired)

    @property
    def counts(self) -> Counter[Kind]:
        """Return how many deletions are due, by kind."""
        return Counter([Kind.PEOPLE]) if self.ends else self.found.counts


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
    person = services.people.open_person(customer_id)
    if person is None:
        table.commit_parts([queue.drop_row(customer_id)])
        return Counter(), True
    finding = judge_person(person, services, now)
    if finding.ends:
        table.commit_parts(write_end(customer_id, services, now))
        return finding.counts, True
    found = finding.found
    parts = write_record(person, found, services, now) if found.changes or person.profile.uncounted else []
    table.commit_parts([*parts, *([queue.plan_next(customer_id, now)] if found.is_whole else [])])
    return Counter(change.kind for change in found.changes), found.is_whole


def retire_side(customer_id: str, core: StoredRow, services: Services, now: datetime) -> tuple[Counter[Kind], bool]:
    """Delete a record that a joined one stands for, in its time; forget it where the joined one was forgotten."""
    if services.keys.has_key(core.joined):
        end_side(customer_id, core, services, now)
        return Counter(), True
    services.table.commit_parts(write_end(customer_id, services, now))
    return Counter([Kind.PEOPLE]), True


def judge_person(person: Person, services: Services, now: datetime) -> Finding:
    """Return the result of a review; nothing is written. The history is read event by event, however long it is."""
    if is_restricted(person.profile):
        return Finding(kept="restricted")
    if any(row.state not in FINISHED for row in services.requests.list_requests(person.id)):
        return Finding(kept="request")
    if is_inactive(person.profile, now) and not has_open_order(person.profile, now):
        return Finding(ends=True)
    history = services.people.list_history(person)
    lines = (Line(event, read_submission(event.submission)) for event in history)
    return Finding(found=find_expired(lines, services.mails.list_mails(person.id), now, MOST_CHANGES))


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


def write_record(person: Person, found: Expired, services: Services, now: datetime) -> Parts:
    """Return the parts that make the first deletions, with a profile that no longer counts the deleted events.

    A profile of an earlier version is counted anew first: after one round of reviews all profiles are of this version.
    """
    profile = forget_events(services.people.renew_record(person, person.record).profile, found)
    counts = Counter(change.kind for change in found.changes)
    return [
        services.people.write_core(person, profile, services.find_due(profile, now)),
        *(write_change(change, person, services) for change in found.changes),
        *keep_links(found.changes, person, services),
        *([services.retention_counts.add_counts(counts, now)] if counts else []),
    ]


def forget_events(profile: Profile, found: Expired) -> Profile:
    """Return the profile without the deleted events; a message that is cut down has the same Reading.

    Only visits and events of mails are deleted, so nothing but counts, notes of mails and times is made of them.
    """
    gone = found.list_gone()
    lost = [line.reading.entry.kind for line in gone if line.reading.entry is not None]
    return profile.model_copy(
        update={
            "events": profile.events - len(gone),
            "totals": add_totals(profile.totals, Totals(), Totals(entries=dict(Counter(lost)))),
            "mails": found.rest.mails,
            "first_seen": found.rest.first_seen,
            "last_seen": found.rest.last_seen,
            "clicked": found.rest.clicked,
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
