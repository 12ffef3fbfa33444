"""Settle: one inbox item takes its effect exactly once, in one transaction, or is parked with a reason.

    read the item -> open -> read its words -> whose is it? -> fold -> commit all or nothing
                                                                        |
        inbox tombstone + history event + profile + identity rows + claims (+ the key of a new customer)

A crash anywhere before the commit leaves the item new, and the sweeper starts over. A crash after it leaves nothing
to do. Two workers on one item, or on one person, meet in the transaction's conditions: the loser reads again.
"""

import logging
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.customers import name_claim
from chalicelib.effects import list_effects
from chalicelib.errors import RaceLostError, RegularsError, SealBrokenError, UnreadableError
from chalicelib.identity import list_claimable, list_deciding, list_identities
from chalicelib.inbox import Inbox, InboxItem, State, name_shards
from chalicelib.models import Identity, Profile, Reading, Submission, utc_text
from chalicelib.people import People, Person, find_holder
from chalicelib.profile import add_identities, fold_event
from chalicelib.reading import read_submission
from chalicelib.vault.envelope import InboxOpener

log = logging.getLogger(__name__)

TURNS = 8  # tries against rivals before the item is left to the next sweep
STREAM_LEAD = timedelta(seconds=60)  # the stream settles what is younger


@dataclass(frozen=True)
class Settling:
    """What settling works with; `region` reads phone numbers that have no country code.

    `find_due` says when a person next has a reason to hear from us.
    """

    inbox: Inbox
    people: People
    opener: InboxOpener
    region: str
    find_due: Callable[[Profile, datetime], datetime | None]


@dataclass(frozen=True)
class Claimant:
    """A submission, the names in it, the index rows of each, and who owns the rows that exist."""

    submission: Submission
    names: tuple[Identity, ...]
    rows: dict[Identity, tuple[str, ...]]
    owners: dict[str, str]

    def find_holder(self, name: Identity) -> str | None:
        """Return the customer who holds a name, or None where it is free."""
        return find_holder(self.rows[name], self.owners)

    def list_own(self, customer_id: str) -> tuple[Identity, ...]:
        """Return the names that this submission may give to a customer: free ones and the customer's own."""
        claimable = list_claimable(self.names, self.submission.trust)
        return tuple(name for name in claimable if self.find_holder(name) in (None, customer_id))


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
    claims = name_claims(submission)
    claimant = look_up(submission, reading, claims, tools)
    if any(claimant.owners.get(claim, item.key) != item.key for claim in claims):
        return blank_item(item.key, State.DUPLICATE, tools, now)
    person = find_person(claimant, tools.people)
    if person is None:
        return blank_item(item.key, State.NOBODY, tools, now)
    profile = fold_event(person.profile, item.key, submission, reading)
    profile = add_identities(profile, claimant.list_own(person.id))
    tools.people.customers.commit_parts(
        [
            tools.inbox.write_tombstone(item.key, State.SETTLED, now),
            tools.people.write_event(person, item.key, submission),
            *tools.people.write_profile(person, profile, tools.find_due(profile, now)),
            *(tools.people.customers.write_owner(claim, item.key) for claim in claims),
            *claim_names(person.id, claimant, tools.people),
            *suggest_merges(person.id, claimant, tools.people),
            *list_effects(person, submission, reading, tools.people, now),
        ]
    )
    return State.SETTLED


def blank_item(key: str, state: State, tools: Settling, now: datetime) -> State:
    """Settle an item that has no effect."""
    tools.inbox.blank_item(key, state, now)
    return state


def name_claims(submission: Submission) -> list[str]:
    """Return the rows of the sender's delivery and event ids."""
    place = (submission.sender, submission.shop, submission.topic)
    return [name_claim(*place, claim) for claim in submission.claims]


def look_up(submission: Submission, reading: Reading, claims: list[str], tools: Settling) -> Claimant:
    """Read in one call who holds the names of a submission and whether its ids took effect before."""
    names = list_identities(submission, reading, tools.region)
    rows = {name: tools.people.name_rows(name) for name in names}
    wanted = [*claims, *(row for own in rows.values() for row in own)]
    return Claimant(submission, names, rows, tools.people.customers.find_owners(wanted))


def find_person(claimant: Claimant, people: People) -> Person | None:
    """Return the one whom the deciding names belong to, or someone new; None for a link that is nobody's."""
    for name in list_deciding(claimant.names, claimant.submission.trust):
        holder = claimant.find_holder(name)
        if holder is None:
            continue
        person = people.load_person(holder)
        if not is_stranger(claimant.names, person.profile):
            return person
    return None if any(name.kind == "link" for name in claimant.names) else people.make_person()


def is_stranger(names: tuple[Identity, ...], profile: Profile) -> bool:
    """Tell a shared address from a shared person: the sender knows this customer under another id."""
    ids = {name.value for name in names if name.kind == "id"}
    sources = {value.rpartition(":")[0] for value in ids}
    known = {name.value for name in profile.identities if name.kind == "id"}
    rivals = {value for value in known if value.rpartition(":")[0] in sources}
    return bool(rivals) and not rivals & ids


def claim_names(customer_id: str, claimant: Claimant, people: People) -> list[dict[str, Any]]:
    """Return the parts that give a person every name they may have, under every live index secret."""
    return [
        people.customers.write_owner(row, customer_id)
        for name in claimant.list_own(customer_id)
        for row in claimant.rows[name]
        if row not in claimant.owners
    ]


def suggest_merges(customer_id: str, claimant: Claimant, people: People) -> list[dict[str, Any]]:
    """Return the parts that note who else holds a name of this submission; one per pair."""
    holders = {claimant.find_holder(name): name.kind for name in claimant.names}
    return [
        people.customers.write_suggestion(customer_id, other, kind)
        for other, kind in holders.items()
        if other not in (None, customer_id)
    ]
