"""Whose a submission is: an existing customer, a new one, or nobody."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.downstream.changes import write_changes
from chalicelib.models import HeldName, Identity, SenderName
from chalicelib.people.directory import People
from chalicelib.people.person import Person, Touched
from chalicelib.people.profile import choose_again
from chalicelib.services import Services
from chalicelib.settling.match import IdentityMatch, is_stranger
from chalicelib.settling.names import end_name, leaves_person
from chalicelib.store.requests import OWNED_BY_REQUEST
from chalicelib.store.table import Part
from chalicelib.store.unconfirmed import OWNED_BY_ITEM

NAMING = ("id", "email", "phone", "link")  # kinds of names that make a customer
ANONYMOUS_FORMS = (SenderName.FORM,)  # the shop made the form without a question for an address


@dataclass(frozen=True)
class Subject:
    """The person of a submission; `left` is the person whom an account leaves with it, if any."""

    person: Person
    left: Person | None = None


def names_nobody(match: IdentityMatch) -> bool:
    """Return whether a submission names no customer at all, and no order of one."""
    if match.submission.sender in ANONYMOUS_FORMS or any(name.kind in NAMING for name in match.names):
        return False
    return not any(match.find_holder(name) for name in match.names)


def find_subject(match: IdentityMatch, people: People, touched: Touched) -> Subject | None:
    """Return whom the deciding names belong to, or a new customer; None for a link without an owner."""
    left = None
    for name in (*match.deciding, *list_replaced(match)):
        holder = match.find_holder(name)
        if holder is None or holder.startswith((OWNED_BY_ITEM, OWNED_BY_REQUEST)):
            continue
        person = people.load_person(holder, touched)
        if name.kind == "id" and leaves_person(person.profile, match):
            left = person
        elif left is not None and person.id == left.id:
            continue
        elif name not in match.names or not is_stranger(match.names, person.profile):
            return Subject(person, left)
    if any(name.kind == "link" for name in match.names):
        return None
    return Subject(people.make_person(), left)


def list_replaced(match: IdentityMatch) -> tuple[Identity, ...]:
    """Return the ids that were merged into the submission's own: they find its customer where that one is unknown."""
    return tuple(name for name in match.rows if name.kind == "id" and name not in match.names)


def leave_person(subject: Subject, match: IdentityMatch, services: Services, now: datetime) -> list[Part]:
    """Return the parts by which an account leaves the person whom it found by an address."""
    old, account = subject.left, match.find_name("id")
    if old is None or account is None:
        return []
    at = match.submission.occurred_at
    held = tuple(end_name(name, at) if name.value == account.value else name for name in old.profile.identities)
    return [
        *write_names(old, held, services, now),
        *pass_name(match, account, old.id, subject.person.id, services),
    ]


def take_replaced(
    person: Person, match: IdentityMatch, services: Services, now: datetime
) -> tuple[list[HeldName], list[Part]]:
    """Return the names of the customers who were merged into this one, and the parts that hand them over."""
    taken: list[HeldName] = []
    parts: list[Part] = []
    holders = {match.find_holder(name) for name in list_replaced(match)} - {None, person.id}
    for holder in sorted(str(each) for each in holders):
        old = services.people.load_person(holder)
        current = [name for name in old.profile.identities if name.until is None]
        taken += current
        parts += give_names(old, current, person.id, match, services, now)
    return taken, parts


def give_names(
    old: Person, names: list[HeldName], new: str, match: IdentityMatch, services: Services, now: datetime
) -> list[Part]:
    """Return the parts that give names of one customer to another; who was merged into whom is noted."""
    at = match.submission.occurred_at
    rest = tuple(end_name(name, at) if name in names else name for name in old.profile.identities)
    rows = [row for name in names for row in services.people.name_rows(name)]
    owners = services.identities.find_owners(rows)
    own = [row for row in rows if row in owners and owners[row].id == old.id]
    return [
        *write_names(old, rest, services, now),
        *(services.identities.pass_name(row, old.id, new, owners[row].gone_at) for row in own),
        services.identities.write_suggestion(new, old.id, "merged"),
    ]


def write_names(person: Person, names: tuple[HeldName, ...], services: Services, now: datetime) -> list[Part]:
    """Return the parts that change a person's names, and nothing else that was stated."""
    profile = choose_again(person.profile.model_copy(update={"identities": names}))
    part = services.people.write_core(person, profile, services.find_due(profile, now))
    return [part, *write_changes(services.outbox, person.profile, profile, now)]


def pass_name(match: IdentityMatch, name: Identity, old: str, new: str, services: Services) -> list[Part]:
    """Return the parts that give the index rows of a name from one customer to another."""
    rows = [row for row in match.rows[name] if row in match.owners and match.owners[row].id == old]
    return [services.identities.pass_name(row, old, new, match.owners[row].gone_at) for row in rows]
