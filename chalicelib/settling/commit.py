"""The transaction in which a submission takes effect: its customer, its history event, its profile."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.erasure.tombstones import happened_at, is_person_initiated
from chalicelib.models import HeldName, ReadingKind, utc_text
from chalicelib.people.bounds import is_bounded, is_full
from chalicelib.people.directory import People
from chalicelib.people.entries import find_repeated, is_outdated
from chalicelib.people.grades import THROUGH_MAILBOX
from chalicelib.people.mailbox import read_mailbox
from chalicelib.people.person import Person, list_touched
from chalicelib.people.profile import Record, fold_event, read_withdrawals
from chalicelib.services import Services
from chalicelib.settling.effects import list_effects
from chalicelib.settling.history import OpenedItem, forward_withdrawals, release_names, write_history
from chalicelib.settling.match import (
    IdentityMatch,
    claim_names,
    look_up,
    name_claims,
    suggest_merges,
    took_effect_before,
)
from chalicelib.settling.moves import LateNews, Move, add_moved, find_moves, write_move
from chalicelib.settling.names import change_names
from chalicelib.settling.news import count_news
from chalicelib.settling.redact import redact_history, redact_submission
from chalicelib.settling.waiting import leave_aside, quarantine_item
from chalicelib.settling.whose import Subject, find_subject, leave_person, names_nobody, take_replaced
from chalicelib.store.inbox import ORPHANS, RELEASED, State
from chalicelib.store.table import Part


@dataclass(frozen=True)
class ItemGroup:
    """Items that take their effect together: whose they are, their names, the ids that they claim."""

    items: tuple[OpenedItem, ...]
    subject: Subject
    match: IdentityMatch
    claims: list[str]


def commit_item(
    opened: OpenedItem,
    services: Services,
    now: datetime,
    also: tuple[OpenedItem, ...] = (),
    more: Iterable[Part] = (),
) -> State:
    """Settle an item in one transaction, with the parts of `more`.

    The items of `also` enter the same person's history with it.
    """
    key, claims = opened.item.key, name_claims(opened.submission)
    match = look_up(opened.submission, opened.reading, claims, services)
    if took_effect_before(claims, match, key):
        return settle_without_effect(key, State.DUPLICATE, services, now)
    if would_recreate_forgotten(match, opened):
        return settle_without_effect(key, State.NOBODY, services, now)
    if names_nobody(match):
        return leave_nameless(opened, services, now)
    items = (opened, *also)
    subject = find_subject(match, services.people, list_touched((each.submission, each.reading) for each in items))
    if subject is None:
        return settle_without_effect(key, State.NOBODY, services, now)
    if not also and is_too_much(opened, subject.person):
        return quarantine_item(opened, "typed too often", services, now)
    services.table.commit_parts([*write_settled(ItemGroup(items, subject, match, claims), services, now), *more])
    return State.SETTLED


def write_settled(group: ItemGroup, services: Services, now: datetime) -> list[Part]:
    """Return all parts of the transaction."""
    items, match, people = group.items, group.match, services.people
    opened, person = items[0], group.subject.person
    try:
        moves = find_moves(person, match, services)
    except LateNews as late:
        moves, person = [], late.keeper
    names = change_names(person.profile, match)
    taken, handed = take_replaced(person, match, services, now)
    placed = [place_item(each, person) for each in items]
    held = (*names.identities, *taken)
    record = fold_items(person, placed, moves, held)
    before = fold_items(person, (), moves, held) if moves else person.record
    redact_history(person, record.profile, people)
    withdrawals = read_withdrawals(record.profile)
    events = [(each.item.key, redact_submission(each.submission, each.reading, withdrawals)) for each in placed]
    return [
        *(services.inbox.write_tombstone(each.item.key, State.SETTLED, now, each.item.state) for each in items),
        *write_history(person, record, events, services, now, match=match),
        *replace_events(person, placed, people),
        *plan_review(person, services, now),
        *(services.identities.write_owner(claim, opened.item.key) for claim in group.claims),
        *claim_names(person.id, names.given, match, people),
        *release_names(person.id, names.released, people),
        *handed,
        *leave_person(group.subject, match, services, now),
        *(part for move in moves for part in write_move(move, person, opened.item.key, match, services, now)),
        *suggest_merges(person.id, match, people, [move.name for move in moves]),
        *forward_withdrawals(person, match, opened, services, now),
        *count_news(person, before, record, placed, services, now),
        *list_effects(person, opened.submission, opened.reading, services, now),
    ]


def is_too_much(opened: OpenedItem, person: Person) -> bool:
    """Return whether a submission is beyond what may be typed about one person; staff may release it all the same."""
    if opened.item.reason == RELEASED or not is_bounded(opened.submission, opened.reading):
        return False
    if find_repeated(person.record.entries, opened.submission, opened.reading):
        return False
    return is_full(person.profile, opened.submission.received_at)


def leave_nameless(opened: OpenedItem, services: Services, now: datetime) -> State:
    """Settle an item that names nobody: what says nothing is counted, anything else is kept for staff for a while."""
    if opened.reading.kind is ReadingKind.OTHER:
        return settle_without_effect(opened.item.key, State.NOBODY, services, now)
    return leave_aside(opened, services, ORPHANS if opened.reading.refunds else "")


def place_item(each: OpenedItem, person: Person) -> OpenedItem:
    """Return an item through a link with the mailbox that the person has, which the link went to."""
    if each.submission.sender not in THROUGH_MAILBOX or each.submission.mailbox:
        return each
    mailbox = read_mailbox(person.profile)
    return replace(each, submission=each.submission.model_copy(update={"mailbox": mailbox}))


def fold_items(
    person: Person, items: Iterable[OpenedItem], moves: Iterable[Move], names: tuple[HeldName, ...]
) -> Record:
    """Return the record after the items, with these names, and with the orders that moved to the person."""
    record = replace(person.record, profile=person.profile.model_copy(update={"identities": sort_names(names)}))
    events = [(each.item.key, each.submission, each.reading) for each in items]
    for event in (*(event for move in moves for event in add_moved(move)), *events):
        record = fold_event(record, *event)
    return record


def sort_names(names: Iterable[HeldName]) -> tuple[HeldName, ...]:
    """Return names in a stable order, the one of two that lasts."""
    ranked = sorted(names, key=lambda name: (name.until is None, name.at))
    known = {(name.kind, name.value): name for name in ranked}
    return tuple(known[pair] for pair in sorted(known))


def replace_events(person: Person, items: Iterable[OpenedItem], people: People) -> list[Part]:
    """Return the parts that delete the events of things that the items tell later news of."""
    found = (find_repeated(person.record.entries, each.submission, each.reading) for each in items)
    outdated = [is_outdated(person.record.entries, each.submission, each.reading) for each in items]
    old = [record for record, late in zip(found, outdated, strict=True) if record is not None and not late]
    return [people.rows.delete_row(person.id, record.event) for record in old]


def settle_without_effect(key: str, state: State, services: Services, now: datetime) -> State:
    """Settle an item that has no effect."""
    services.inbox.settle_without_effect(key, state, now)
    return state


def would_recreate_forgotten(match: IdentityMatch, opened: OpenedItem) -> bool:
    """Return whether an item would recreate a forgotten customer: it is older, or not the person's own act."""
    deciding = match.deciding
    held = any(match.find_holder(name) for name in deciding)
    # All names of an import's row count, since a list may know a customer by the phone alone; but a phone that a
    # forgotten customer once gave does not silence the row of a customer who shares it.
    by_any = opened.submission.sender == "import" and not held
    names = {*deciding, *(name for name in match.names if by_any or name.kind == "order")}
    gone_at = max((match.find_forgotten_at(name) for name in names), default="")
    if not gone_at:
        return False
    if utc_text(happened_at(opened.submission, opened.reading)) <= gone_at:
        return True
    return not held and not is_person_initiated(opened.submission, opened.reading)


def plan_review(person: Person, services: Services, now: datetime) -> list[Part]:
    """Return the part that plans the first retention review of a new customer."""
    return [] if person.new_key is None else [services.retention_queue.plan_first(person.id, now)]
