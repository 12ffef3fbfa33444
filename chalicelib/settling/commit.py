"""What one settled submission changes: whose it is, and the transaction in which it takes effect."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.downstream.outbox import Outbox
from chalicelib.erasure.forget import Forgetting
from chalicelib.erasure.tombstones import happened_at, is_person_initiated
from chalicelib.models import ConsentState, Profile, Reading, Submission, utc_text
from chalicelib.people.directory import People, Person
from chalicelib.people.identity import list_deciding
from chalicelib.people.profile import add_identities, fold_event
from chalicelib.settling.effects import list_effects
from chalicelib.settling.match import IdentityMatch, claim_names, is_stranger, look_up, name_claims, suggest_merges
from chalicelib.settling.redact import read_withdrawals, redact_history, redact_submission
from chalicelib.store.inbox import Inbox, InboxItem, State
from chalicelib.store.links import Links
from chalicelib.store.requests import OWNED_BY_REQUEST
from chalicelib.store.retention_queue import RetentionQueue
from chalicelib.store.unconfirmed import OWNED_BY_ITEM
from chalicelib.vault.envelope import InboxOpener


@dataclass(frozen=True)
class Settling:
    """What settling works with; `region` reads phone numbers that have no country code.

    `find_due` says when a person next has a reason to hear from us; the shop's own systems hear through `outbox`.
    """

    inbox: Inbox
    people: People
    opener: InboxOpener
    region: str
    find_due: Callable[[Profile, datetime], datetime | None]
    outbox: Outbox
    forgetting: Forgetting
    links: Links


@dataclass(frozen=True)
class OpenedItem:
    """An inbox item with what stands in it and what that means."""

    item: InboxItem
    submission: Submission
    reading: Reading


def commit_item(opened: OpenedItem, tools: Settling, now: datetime, also: tuple[OpenedItem, ...] = ()) -> State:
    """Let an item take its effect in one transaction; `also` enters the same person's history with it."""
    key, submission = opened.item.key, opened.submission
    claims = name_claims(submission)
    match = look_up(submission, opened.reading, claims, tools.people, tools.region)
    if any(claim in match.owners and match.owners[claim].id != key for claim in claims):
        return settle_without_effect(key, State.DUPLICATE, tools, now)
    if would_recreate_forgotten(match, opened):
        return settle_without_effect(key, State.NOBODY, tools, now)
    person = find_person(match, tools.people)
    if person is None:
        return settle_without_effect(key, State.NOBODY, tools, now)
    profile = person.profile
    for one in (opened, *also):
        profile = fold_event(profile, one.item.key, one.submission, one.reading)
    profile = add_identities(profile, match.list_own(person.id))
    redact_history(person, profile, tools.people)
    tools.people.customers.commit_parts(
        [
            *(tools.inbox.write_tombstone(one.item.key, State.SETTLED, now, one.item.state) for one in (opened, *also)),
            *(
                tools.people.write_event(
                    person, one.item.key, redact_submission(one.submission, one.reading, read_withdrawals(profile))
                )
                for one in (opened, *also)
            ),
            *tools.people.write_profile(person, profile, tools.find_due(profile, now)),
            *plan_look(person, tools.people, now),
            *tools.outbox.write_changes(person.profile, profile, now),
            *(tools.people.customers.write_owner(claim, key) for claim in claims),
            *claim_names(person.id, match, tools.people),
            *suggest_merges(person.id, match, tools.people),
            *forward_withdrawals(person, match, opened, tools, now),
            *list_effects(person, submission, opened.reading, tools.people, now),
        ]
    )
    return State.SETTLED


def settle_without_effect(key: str, state: State, tools: Settling, now: datetime) -> State:
    """Settle an item that has no effect."""
    tools.inbox.settle_without_effect(key, state, now)
    return state


def find_person(match: IdentityMatch, people: People) -> Person | None:
    """Return the one whom the deciding names belong to, or someone new; None for a link that is nobody's."""
    for name in list_deciding(match.names, match.submission.trust):
        holder = match.find_holder(name)
        if holder is None or holder.startswith((OWNED_BY_ITEM, OWNED_BY_REQUEST)):
            continue
        person = people.load_person(holder)
        if not is_stranger(match.names, person.profile):
            return person
    return None if any(name.kind == "link" for name in match.names) else people.make_person()


def would_recreate_forgotten(match: IdentityMatch, opened: OpenedItem) -> bool:
    """Tell what would bring back somebody forgotten: it is older than that, or not their own doing."""
    deciding = list_deciding(match.names, opened.submission.trust)
    held = any(match.find_holder(name) for name in deciding)
    # An import by any of its names, since a list may know somebody by their phone alone; but a phone that somebody
    # forgotten once gave does not silence the row of a customer who shares it.
    by_any = opened.submission.sender == "import" and not held
    names = {*deciding, *(name for name in match.names if by_any or name.kind == "order")}
    gone_at = max((match.find_forgotten_at(name) for name in names), default="")
    if not gone_at:
        return False
    if utc_text(happened_at(opened.submission, opened.reading)) <= gone_at:
        return True
    return not held and not is_person_initiated(opened.submission, opened.reading)


def plan_look(person: Person, people: People, now: datetime) -> list[dict[str, Any]]:
    """Return the part by which retention will know of somebody new."""
    return [] if person.new_key is None else [RetentionQueue(people.customers).write_first(person.id, now)]


def forward_withdrawals(
    person: Person, match: IdentityMatch, opened: OpenedItem, tools: Settling, now: datetime
) -> list[dict[str, Any]]:
    """Return the parts by which a no reaches whoever holds the address that it names.

    A shop may know two customers by one address, and advertising goes to the one who holds it: their reader has said
    no, under whatever number. Only the no is passed on, and nothing else of what was opened.
    """
    withdrawals = tuple(one for one in opened.reading.consents if one.state is ConsentState.WITHDRAWN)
    holder = next((match.find_holder(name) for name in match.names if name.kind == "email"), None)
    if not withdrawals or holder in (None, person.id):
        return []
    reader = tools.people.load_person(str(holder))
    said = Reading(kind="consent", consents=withdrawals)
    text = said.model_dump_json(exclude_defaults=True).encode()
    passed = opened.submission.model_copy(update={"body": text, "reduced": True, "claims": ()})
    profile = fold_event(reader.profile, opened.item.key, passed, said)
    if profile.consents == reader.profile.consents:
        return []
    redact_history(reader, profile, tools.people)
    return [
        tools.people.write_event(reader, opened.item.key, passed),
        *tools.people.write_profile(reader, profile, tools.find_due(profile, now)),
        *tools.outbox.write_changes(reader.profile, profile, now),
    ]
