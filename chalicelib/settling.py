"""What one settled submission changes: whose it is, and the transaction in which it takes effect."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.customers import Owner, name_claim
from chalicelib.downstream.outbox import Outbox
from chalicelib.effects import list_effects
from chalicelib.identity import list_claimable, list_deciding, list_identities
from chalicelib.inbox import Inbox, InboxItem, State
from chalicelib.links import Links
from chalicelib.models import Identity, Profile, Reading, Submission, utc_text
from chalicelib.people import People, Person, find_holder
from chalicelib.privacy.forgetting import Forgetting
from chalicelib.privacy.lookrows import LookRows
from chalicelib.privacy.redacting import read_noes, redact_history, redact_submission
from chalicelib.privacy.requestrows import OWNED_BY_REQUEST
from chalicelib.privacy.returning import is_own_act, tell_moment
from chalicelib.profile import add_identities, fold_event
from chalicelib.vault.envelope import InboxOpener

OWNED_BY_ITEM = "item:"  # whose a confirmation mail and its link are: an inbox item's, nobody's yet


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
class Claimant:
    """A submission, the names in it, the index rows of each, and who owns the rows that exist."""

    submission: Submission
    names: tuple[Identity, ...]
    rows: dict[Identity, tuple[str, ...]]
    owners: dict[str, Owner]

    def find_holder(self, name: Identity) -> str | None:
        """Return the customer who holds a name, or None where it is free."""
        return find_holder(self.rows[name], self.owners)

    def find_parting(self, name: Identity) -> str:
        """Return when somebody of this name was last forgotten (RFC 3339 UTC), or ""."""
        return max((self.owners[row].gone_at for row in self.rows[name] if row in self.owners), default="")

    def list_own(self, customer_id: str) -> tuple[Identity, ...]:
        """Return the names that this submission may give to a customer: free ones and the customer's own."""
        claimable = list_claimable(self.names, self.submission.trust)
        return tuple(name for name in claimable if self.find_holder(name) in (None, customer_id))


@dataclass(frozen=True)
class Told:
    """An inbox item with what stands in it and what that means."""

    item: InboxItem
    submission: Submission
    reading: Reading


def settle_told(told: Told, tools: Settling, now: datetime, also: tuple[Told, ...] = ()) -> State:
    """Let an item take its effect in one transaction; `also` enters the same person's history with it."""
    key, submission = told.item.key, told.submission
    claims = name_claims(submission)
    claimant = look_up(submission, told.reading, claims, tools)
    if any(claim in claimant.owners and claimant.owners[claim].id != key for claim in claims):
        return blank_item(key, State.DUPLICATE, tools, now)
    if brings_back(claimant, told):
        return blank_item(key, State.NOBODY, tools, now)
    person = find_person(claimant, tools.people)
    if person is None:
        return blank_item(key, State.NOBODY, tools, now)
    profile = person.profile
    for one in (told, *also):
        profile = fold_event(profile, one.item.key, one.submission, one.reading)
    profile = add_identities(profile, claimant.list_own(person.id))
    redact_history(person, profile, tools.people)
    tools.people.customers.commit_parts(
        [
            *(tools.inbox.write_tombstone(one.item.key, State.SETTLED, now, one.item.state) for one in (told, *also)),
            *(
                tools.people.write_event(
                    person, one.item.key, redact_submission(one.submission, one.reading, read_noes(profile))
                )
                for one in (told, *also)
            ),
            *tools.people.write_profile(person, profile, tools.find_due(profile, now)),
            *plan_look(person, tools.people, now),
            *tools.outbox.write_changes(person.profile, profile, now),
            *(tools.people.customers.write_owner(claim, key) for claim in claims),
            *claim_names(person.id, claimant, tools.people),
            *suggest_merges(person.id, claimant, tools.people),
            *list_effects(person, submission, told.reading, tools.people, now),
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
        if holder is None or holder.startswith((OWNED_BY_ITEM, OWNED_BY_REQUEST)):
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


def brings_back(claimant: Claimant, told: Told) -> bool:
    """Tell what would bring back somebody forgotten: it is older than that, or not their own doing."""
    deciding = list_deciding(claimant.names, told.submission.trust)
    held = any(claimant.find_holder(name) for name in deciding)
    # An import by any of its names, since a list may know somebody by their phone alone; but a phone that somebody
    # forgotten once gave does not silence the row of a customer who shares it.
    by_any = told.submission.sender == "import" and not held
    names = {*deciding, *(name for name in claimant.names if by_any or name.kind == "order")}
    gone_at = max((claimant.find_parting(name) for name in names), default="")
    if not gone_at:
        return False
    if utc_text(tell_moment(told.submission, told.reading)) <= gone_at:
        return True
    return not held and not is_own_act(told.submission, told.reading)


def claim_names(customer_id: str, claimant: Claimant, people: People) -> list[dict[str, Any]]:
    """Return the parts that give a person every name they may have, under every live index secret."""
    rows = [row for name in claimant.list_own(customer_id) for row in claimant.rows[name]]
    free = [people.customers.write_owner(row, customer_id) for row in rows if row not in claimant.owners]
    left = [(row, claimant.owners[row]) for row in rows if row in claimant.owners and not claimant.owners[row].id]
    return free + [people.customers.inherit_row(row, customer_id, owner.gone_at) for row, owner in left]


def plan_look(person: Person, people: People, now: datetime) -> list[dict[str, Any]]:
    """Return the part by which retention will know of somebody new."""
    return [] if person.new_key is None else [LookRows(people.customers).write_first(person.id, now)]


def suggest_merges(customer_id: str, claimant: Claimant, people: People) -> list[dict[str, Any]]:
    """Return the parts that note who else holds a name of this submission; one per pair."""
    holders = {claimant.find_holder(name): name.kind for name in claimant.names}
    return [
        people.customers.write_suggestion(customer_id, other, kind)
        for other, kind in holders.items()
        if other not in (None, customer_id)
    ]
