"""Which customer a submission may be about: its names, their holders, and the names that it may give to a customer."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from chalicelib.models import Identity, IdentityKind, Profile, Reading, Submission
from chalicelib.people.directory import People
from chalicelib.people.identity import list_claimable, list_deciding, list_identities
from chalicelib.people.reader import find_holder
from chalicelib.services import Services
from chalicelib.shop.standins import is_standin
from chalicelib.store.identities import Owner, name_claim
from chalicelib.store.table import Part


@dataclass(frozen=True)
class IdentityMatch:
    """A submission and its reading, its names, the index rows of each, and the owners of the rows that exist.

    `rows` has the ids that were merged into this one too. `joined` are the records that stand for holders, by holder.
    """

    submission: Submission
    reading: Reading
    names: tuple[Identity, ...]
    rows: dict[Identity, tuple[str, ...]]
    owners: dict[str, Owner]
    joined: dict[str, str] = field(default_factory=dict)

    def find_holder(self, name: Identity) -> str | None:
        """Return the customer who holds a name, or None where it is free."""
        holder = find_holder(self.rows[name], self.owners)
        return self.joined.get(holder, holder) if holder else None

    def find_forgotten_at(self, name: Identity) -> str:
        """Return when a customer of this name was last forgotten (RFC 3339 UTC), or ""."""
        return max((self.owners[row].gone_at for row in self.rows[name] if row in self.owners), default="")

    @property
    def deciding(self) -> tuple[Identity, ...]:
        """Return the names that may decide which customer this is, in order."""
        return list_deciding(self.names, self.submission.trust)

    def find_name(self, kind: str) -> Identity | None:
        """Return the name of one kind, or None."""
        return next((name for name in self.names if name.kind == kind), None)

    def list_own(self, customer_id: str) -> tuple[Identity, ...]:
        """Return the names that this submission may give to a customer: free ones and the customer's own."""
        claimable = list_claimable(self.names, self.submission.trust, typed=self.reading.typed)
        return tuple(name for name in claimable if self.find_holder(name) in (None, customer_id))


def name_claims(submission: Submission) -> list[str]:
    """Return the rows of the sender's delivery and event ids."""
    place = (submission.sender, submission.shop, submission.topic)
    return [name_claim(*place, claim) for claim in submission.claims]


def look_up(submission: Submission, reading: Reading, claims: list[str], services: Services) -> IdentityMatch:
    """Read in one call the holders of the names of a submission and whether its ids took effect before."""
    names = list_identities(submission, reading, services.settings.shop_country)
    sources = [f"{submission.sender}:{submission.shop}:{old}" for old in reading.replaces if not is_standin(old)]
    replaced = [Identity(kind=IdentityKind.ID, value=source) for source in sources]
    rows = {name: services.people.name_rows(name) for name in (*names, *replaced)}
    wanted = [*claims, *(row for own in rows.values() for row in own)]
    match = IdentityMatch(submission, reading, names, rows, services.identities.find_owners(wanted))
    return replace(match, joined=services.people_rows.find_joined(list_stale(match)))


def list_stale(match: IdentityMatch) -> set[str]:
    """Return the holders who may have been joined since: orders and links go on naming the customer they named."""
    holders = {kind: {match.find_holder(name) for name in match.names if name.kind == kind} for kind in IdentityKind}
    old = holders[IdentityKind.ORDER] | holders[IdentityKind.LINK]
    sure = holders[IdentityKind.ID] | holders[IdentityKind.EMAIL] | holders[IdentityKind.PHONE]
    return {holder for holder in old - sure if holder is not None}


def is_stranger(names: tuple[Identity, ...], profile: Profile) -> bool:
    """Return whether the sender knows this customer under another id: then the address is shared, not the person."""
    ids = {name.value for name in names if name.kind == "id"}
    sources = {value.rpartition(":")[0] for value in ids}
    known = {name.value for name in profile.list_current("id")}
    rivals = {value for value in known if value.rpartition(":")[0] in sources}
    return bool(rivals) and not rivals & ids


def took_effect_before(claims: list[str], match: IdentityMatch, key: str) -> bool:
    """Return whether a delivery or event id took effect under another inbox key."""
    return any(claim in match.owners and match.owners[claim].id != key for claim in claims)


def claim_names(customer_id: str, names: Iterable[Identity], match: IdentityMatch, people: People) -> list[Part]:
    """Return the parts that give a person these names, under every live index secret."""
    rows = [row for name in names for row in match.rows[name]]
    free = [people.identities.write_owner(row, customer_id) for row in rows if row not in match.owners]
    left = [(row, match.owners[row]) for row in rows if row in match.owners and not match.owners[row].id]
    return free + [people.identities.take_over_name(row, customer_id, owner.gone_at) for row, owner in left]


def suggest_merges(
    customer_id: str, match: IdentityMatch, people: People, moved: Iterable[Identity] = ()
) -> list[Part]:
    """Return the parts that note the other customers who hold a name of this submission; one per pair.

    The names of `moved` have become this customer's.
    """
    rest = [name for name in match.names if name not in set(moved)]
    holders = {match.find_holder(name): name.kind for name in rest}
    return [
        people.identities.write_suggestion(customer_id, other, kind)
        for other, kind in holders.items()
        if other not in (None, customer_id)
    ]
