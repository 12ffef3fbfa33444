"""The transaction in which a submission takes effect: its customer, its history event, its profile."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.downstream.changes import write_changes
from chalicelib.erasure.tombstones import happened_at, is_person_initiated
from chalicelib.models import ConsentState, Profile, Reading, Submission, utc_text
from chalicelib.people.directory import People, Person
from chalicelib.people.identity import list_deciding
from chalicelib.people.profile import add_identities, fold_event
from chalicelib.services import Services
from chalicelib.settling.effects import list_effects
from chalicelib.settling.match import (
    IdentityMatch,
    claim_names,
    is_stranger,
    look_up,
    name_claims,
    suggest_merges,
    took_effect_before,
)
from chalicelib.settling.redact import read_withdrawals, redact_history, redact_submission
from chalicelib.store.inbox import InboxItem, State
from chalicelib.store.requests import OWNED_BY_REQUEST
from chalicelib.store.table import Part
from chalicelib.store.unconfirmed import OWNED_BY_ITEM


@dataclass(frozen=True)
class OpenedItem:
    """An inbox item, its opened submission, and the Reading of that submission."""

    item: InboxItem
    submission: Submission
    reading: Reading


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
    key = opened.item.key
    claims = name_claims(opened.submission)
    match = look_up(opened.submission, opened.reading, claims, services)
    if took_effect_before(claims, match, key):
        return settle_without_effect(key, State.DUPLICATE, services, now)
    if would_recreate_forgotten(match, opened):
        return settle_without_effect(key, State.NOBODY, services, now)
    person = find_person(match, services.people)
    if person is None:
        return settle_without_effect(key, State.NOBODY, services, now)
    items = (opened, *also)
    profile = fold_items(person, items, match)
    redact_history(person, profile, services.people)
    withdrawals = read_withdrawals(profile)
    events = [(each.item.key, redact_submission(each.submission, each.reading, withdrawals)) for each in items]
    services.table.commit_parts(
        [
            *(services.inbox.write_tombstone(each.item.key, State.SETTLED, now, each.item.state) for each in items),
            *write_history(person, profile, events, services, now),
            *plan_review(person, services, now),
            *(services.identities.write_owner(claim, key) for claim in claims),
            *claim_names(person.id, match, services.people),
            *suggest_merges(person.id, match, services.people),
            *forward_withdrawals(person, match, opened, services, now),
            *list_effects(person, opened.submission, opened.reading, services, now),
            *more,
        ]
    )
    return State.SETTLED


def fold_items(person: Person, items: Iterable[OpenedItem], match: IdentityMatch) -> Profile:
    """Return the profile after the items, with the names that they may give to the person."""
    profile = person.profile
    for each in items:
        profile = fold_event(profile, each.item.key, each.submission, each.reading)
    return add_identities(profile, match.list_own(person.id))


def write_history(
    person: Person, profile: Profile, events: Iterable[tuple[str, Submission]], services: Services, now: datetime
) -> list[Part]:
    """Return the parts that add events to a person's history, replace the profile, and report changed consents."""
    return [
        *(services.people.write_event(person, key, submission) for key, submission in events),
        *services.people.write_profile(person, profile, services.find_due(profile, now)),
        *write_changes(services.outbox, person.profile, profile, now),
    ]


def settle_without_effect(key: str, state: State, services: Services, now: datetime) -> State:
    """Settle an item that has no effect."""
    services.inbox.settle_without_effect(key, state, now)
    return state


def find_person(match: IdentityMatch, people: People) -> Person | None:
    """Return the customer whom the deciding names belong to, or a new one; None for a link without an owner."""
    for name in list_deciding(match.names, match.submission.trust):
        holder = match.find_holder(name)
        if holder is None or holder.startswith((OWNED_BY_ITEM, OWNED_BY_REQUEST)):
            continue
        person = people.load_person(holder)
        if not is_stranger(match.names, person.profile):
            return person
    return None if any(name.kind == "link" for name in match.names) else people.make_person()


def would_recreate_forgotten(match: IdentityMatch, opened: OpenedItem) -> bool:
    """Return whether an item would recreate a forgotten customer: it is older, or not the person's own act."""
    deciding = list_deciding(match.names, opened.submission.trust)
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
    reading = Reading(kind="consent", consents=withdrawals)
    body = reading.model_dump_json(exclude_defaults=True).encode()
    forwarded = opened.submission.model_copy(update={"body": body, "reduced": True, "claims": ()})
    profile = fold_event(reader.profile, opened.item.key, forwarded, reading)
    if profile.consents == reader.profile.consents:
        return []
    redact_history(reader, profile, services.people)
    return write_history(reader, profile, [(opened.item.key, forwarded)], services, now)
