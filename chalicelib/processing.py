"""Settle: one inbox item takes its effect exactly once, in one transaction, or is parked with a reason.

    read the item -> open -> read its words -> whose is it? -> fold -> commit all or nothing
                                                                        |
        inbox tombstone + history event + profile + identity rows + claims (+ the key of a new customer)

A crash anywhere before the commit leaves the item new, and the sweeper starts over. A crash after it leaves nothing
to do. Two workers on one item, or on one person, meet in the transaction's conditions: the loser reads again.
"""

import logging
import random
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.customers import Customers, name_claim
from chalicelib.errors import (
    KeyUnavailableError,
    RaceLostError,
    RegularsError,
    SealBrokenError,
    UnreadableError,
)
from chalicelib.identity import list_claimable, list_deciding, list_identities
from chalicelib.inbox import Inbox, InboxItem, State, name_shards
from chalicelib.keys import Keys
from chalicelib.models import Identity, Profile, Reading, Submission, utc_text
from chalicelib.profile import add_identities, fold_event
from chalicelib.reading import read_submission
from chalicelib.vault.blindindex import BlindIndex
from chalicelib.vault.envelope import InboxOpener, pack_submission
from chalicelib.vault.person import PersonSeal
from chalicelib.vault.root import make_key

log = logging.getLogger(__name__)

TURNS = 8  # tries against rivals before the item is left to the next sweep
STREAM_LEAD = timedelta(seconds=60)  # the stream settles what is younger


@dataclass(frozen=True)
class Settling:
    """What settling works with; `region` reads phone numbers that have no country code."""

    inbox: Inbox
    customers: Customers
    keys: Keys
    opener: InboxOpener
    index: BlindIndex
    region: str


@dataclass(frozen=True)
class Person:
    """Whom a submission is about: their profile so far, their seal, and what a new one still has to be given."""

    profile: Profile
    version: int
    seal: PersonSeal
    new_key: bytes | None = None


def settle_keys(keys: Iterable[str], tools: Settling, now: datetime) -> dict[str, int]:
    """Settle each item; one that fails is logged by key and left to the sweeper. Return counts by outcome."""
    counts: dict[str, int] = {}
    for key in keys:
        try:
            outcome = settle_item(key, tools, now)
        except (RegularsError, ClientError, BotoCoreError) as fault:
            log.warning("settle_postponed", extra={"key": key, "fault": type(fault).__name__})
            outcome = "postponed"
        counts[outcome] = counts.get(outcome, 0) + 1
    return counts


def sweep_inbox(tools: Settling, now: datetime) -> dict[str, int]:
    """Settle everything that the stream should have settled by now: lost records, crashes, outages."""
    before = utc_text(now - STREAM_LEAD)
    late = [key for shard in name_shards() for key in tools.inbox.list_pending(shard, before)]
    return settle_keys(late, tools, now)


def settle_item(key: str, tools: Settling, now: datetime) -> str:
    """Settle one item; return its state afterwards. Raise RaceLostError or KeyUnavailableError to try later."""
    for turn in range(TURNS):
        item = tools.inbox.read_item(key)
        if item is None or item.state is not State.NEW:
            return "gone" if item is None else item.state.value
        try:
            return settle_once(item, tools, now).value
        except RaceLostError:
            time.sleep(random.uniform(0, 0.02 * 2**turn))  # noqa: S311 - spreads rivals, guards nothing
        except (SealBrokenError, UnreadableError) as fault:
            return park_item(key, f"{type(fault).__name__}: {fault}", tools)
        except ClientError as fault:
            if fault.response["Error"]["Code"] != "ValidationException":
                raise
            return park_item(key, "ValidationException", tools)  # a row past 400 KB: waiting would not help
    raise RaceLostError(key)


def park_item(key: str, reason: str, tools: Settling) -> str:
    """Set an item aside and say so."""
    tools.inbox.park_item(key, reason)
    log.error("submission_parked", extra={"key": key, "reason": reason})
    return State.PARKED.value


def settle_once(item: InboxItem, tools: Settling, now: datetime) -> State:
    """Settle an item as the tables stand now; raise RaceLostError when they changed meanwhile."""
    submission = tools.opener.open_submission(item.key, item.sealed)
    reading = read_submission(submission)
    names = list_identities(submission, reading, tools.region)
    claims = [name_claim(submission.sender, submission.shop, submission.topic, claim) for claim in submission.claims]
    rows = {name: name_rows(name, tools.index) for name in names}
    owners = tools.customers.find_owners([*claims, *(row for own in rows.values() for row in own)])
    if any(owners.get(claim, item.key) != item.key for claim in claims):
        tools.inbox.blank_duplicate(item.key, now)
        return State.DUPLICATE
    holders = {name: find_holder(own, owners) for name, own in rows.items()}
    person = find_person(submission, names, holders, tools)
    customer_id = person.profile.customer_id
    tools.customers.commit_parts(
        [
            tools.inbox.write_tombstone(item.key, State.SETTLED, now),
            *write_person(item.key, submission, reading, names, holders, person, tools),
            *(tools.customers.write_owner(claim, item.key) for claim in claims),
            *claim_names(customer_id, submission, rows, holders, owners, tools),
            *suggest_merges(customer_id, holders, tools),
        ]
    )
    return State.SETTLED


def name_rows(name: Identity, index: BlindIndex) -> tuple[str, ...]:
    """Return the rows of an identity, one per live index secret."""
    return tuple(f"idn#{row}" for row in index.name_identity(name))


def find_holder(rows: tuple[str, ...], owners: dict[str, str]) -> str | None:
    """Return the customer who holds an identity under any live index secret."""
    return next((owners[row] for row in rows if row in owners), None)


def find_person(
    submission: Submission,
    names: tuple[Identity, ...],
    holders: dict[Identity, str | None],
    tools: Settling,
) -> Person:
    """Return the one the deciding names belong to, or someone new."""
    for name in list_deciding(names, submission.trust):
        holder = holders[name]
        if holder is None:
            continue
        person = load_person(holder, tools)
        if not is_stranger(names, person.profile):
            return person
    return make_person()


def is_stranger(names: tuple[Identity, ...], profile: Profile) -> bool:
    """Tell a shared address from a shared person: the sender knows this customer under another id."""
    ids = {name.value for name in names if name.kind == "id"}
    source = {value.rpartition(":")[0] for value in ids}
    return any(
        known.kind == "id" and known.value.rpartition(":")[0] in source and known.value not in ids
        for known in profile.identities
    )


def load_person(customer_id: str, tools: Settling) -> Person:
    """Read a customer's key and profile; raise KeyUnavailableError for one who is being forgotten."""
    key = tools.keys.read_key(customer_id)
    stored = tools.customers.read_profile(customer_id)
    if key is None or stored is None:
        raise KeyUnavailableError("customer")
    seal = PersonSeal(customer_id, key)
    text = seal.open_record("profile", "profile", stored.sealed)
    return Person(Profile.model_validate_json(text), stored.version, seal)


def make_person() -> Person:
    """Start someone new under a random id and a key of their own."""
    customer_id = secrets.token_urlsafe(16)
    key = make_key()
    return Person(Profile(customer_id=customer_id), 0, PersonSeal(customer_id, key), key)


def write_person(
    key: str,
    submission: Submission,
    reading: Reading,
    names: tuple[Identity, ...],
    holders: dict[Identity, str | None],
    person: Person,
    tools: Settling,
) -> list[dict[str, Any]]:
    """Return the parts that add this event to the person's history and profile."""
    customer_id = person.profile.customer_id
    own = [name for name in list_claimable(names, submission.trust) if holders[name] in (None, customer_id)]
    profile = add_identities(fold_event(person.profile, key, submission, reading), own)
    sealed = person.seal.seal_record("profile", "profile", profile.model_dump_json().encode())
    record_id = f"event#{utc_text(submission.occurred_at)}#{key}"
    event = person.seal.seal_record(record_id, "event", pack_submission(key, submission))
    parts = [
        tools.customers.write_profile(customer_id, sealed, person.version),
        tools.customers.write_event(customer_id, record_id, event),
    ]
    if person.new_key is not None:
        parts.append(tools.keys.write_key(customer_id, person.new_key))
    return parts


def claim_names(
    customer_id: str,
    submission: Submission,
    rows: dict[Identity, tuple[str, ...]],
    holders: dict[Identity, str | None],
    owners: dict[str, str],
    tools: Settling,
) -> list[dict[str, Any]]:
    """Return the parts that give this person every name they may claim, under every live index secret."""
    return [
        tools.customers.write_owner(row, customer_id)
        for name in list_claimable(tuple(rows), submission.trust)
        if holders[name] in (None, customer_id)
        for row in rows[name]
        if row not in owners
    ]


def suggest_merges(customer_id: str, holders: dict[Identity, str | None], tools: Settling) -> list[dict[str, Any]]:
    """Return the parts that note who else holds a name of this submission; one per pair."""
    others = {holder: name.kind for name, holder in holders.items() if holder not in (None, customer_id)}
    return [
        tools.customers.write_suggestion(customer_id, other, kind)
        for other, kind in others.items()
        if other is not None
    ]
