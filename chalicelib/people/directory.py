"""People: find a customer by a name, open their record, make a new customer."""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from chalicelib.errors import KeyUnavailableError
from chalicelib.models import Event, Identity, Profile, Submission
from chalicelib.store.identities import Identities, Owner, make_row
from chalicelib.store.keys import Keys
from chalicelib.store.people_rows import PeopleRows, name_event
from chalicelib.store.table import Part, Table
from chalicelib.vault.blindindex import BlindIndex
from chalicelib.vault.envelope import pack_submission, unpack_submission
from chalicelib.vault.person import PersonSeal
from chalicelib.vault.root import make_key


@dataclass(frozen=True)
class Person:
    """One customer: profile, the version it was read at, their seal; `new_key` is set on one not stored yet."""

    profile: Profile
    version: int
    seal: PersonSeal
    new_key: bytes | None = None

    @property
    def id(self) -> str:
        """Return the customer id: random, so it says nothing."""
        return self.profile.customer_id


@dataclass(frozen=True)
class People:
    """The tables that hold people, and the blind index that finds them."""

    rows: PeopleRows
    identities: Identities
    keys: Keys
    index: BlindIndex

    @property
    def table(self) -> Table:
        return self.rows.table

    def name_rows(self, name: Identity) -> tuple[str, ...]:
        """Return the rows of an identity, one per live index secret."""
        return tuple(make_row(row) for row in self.index.name_identity(name))

    def find_customer(self, name: Identity) -> str | None:
        """Return the id of the customer who holds this identity, or None."""
        rows = self.name_rows(name)
        return find_holder(rows, self.identities.find_owners(rows))

    def load_person(self, customer_id: str) -> Person:
        """Open a customer's profile; raise KeyUnavailableError for one who is being forgotten."""
        key = self.keys.read_key(customer_id)
        stored = self.rows.read_profile(customer_id)
        if key is None or stored is None:
            raise KeyUnavailableError("customer")
        seal = PersonSeal(customer_id, key)
        text = seal.open_record("profile", "profile", stored.sealed)
        return Person(Profile.model_validate_json(text), stored.version, seal)

    def open_seal(self, customer_id: str) -> PersonSeal | None:
        """Open a customer's key and no record; return None for one who is forgotten.

        Raise KeyUnavailableError while KMS does not answer.
        """
        key = self.keys.read_key(customer_id)
        return None if key is None else PersonSeal(customer_id, key)

    def find_address(self, address: str) -> str | None:
        """Return the id of the customer who holds a normalised e-mail address, or None."""
        return self.find_customer(Identity(kind="email", value=address)) if address else None

    def open_person(self, customer_id: str) -> Person | None:
        """Open a customer; return None for one who is forgotten.

        Raise KeyUnavailableError while KMS does not answer.
        """
        try:
            return self.load_person(customer_id)
        except KeyUnavailableError:
            if self.keys.has_key(customer_id):
                raise
            return None

    def name_links(self, names: Iterable[str]) -> list[str]:
        """Return the index rows of links and mail attempts, which name their owner."""
        return [row for name in names for row in self.name_rows(Identity(kind="link", value=name))]

    def claim_links(self, names: Iterable[str], owner: str, until: datetime | None = None) -> list[Part]:
        """Return the parts that give links and mail attempts to their owner: a customer, an inbox item or a request.

        A name is the name of a link's row, or `mail:` and an attempt id.
        """
        return [self.identities.write_owner(row, owner, until) for row in self.name_links(names)]

    def make_person(self) -> Person:
        """Return a new customer with a random id and a key of their own; nothing is written yet."""
        customer_id = secrets.token_urlsafe(16)
        key = make_key()
        return Person(Profile(customer_id=customer_id), 0, PersonSeal(customer_id, key), key)

    def list_history(self, person: Person) -> Iterator[Event]:
        """Open a person's history, oldest first."""
        for record_id, sealed in self.rows.list_events(person.id):
            key = record_id.rpartition("#")[2]
            text = person.seal.open_record(record_id, "event", sealed)
            yield Event(key=key, submission=unpack_submission(key, text))

    def write_profile(self, person: Person, profile: Profile, due: datetime | None) -> list[Part]:
        """Return the parts that replace a person's profile, and keep a new person's key."""
        sealed = person.seal.seal_record("profile", "profile", profile.model_dump_json().encode())
        parts = [self.rows.write_profile(person.id, sealed, person.version, due)]
        if person.new_key is not None:
            parts.append(self.keys.write_key(person.id, person.new_key))
        return parts

    def write_event(self, person: Person, key: str, submission: Submission) -> Part:
        """Return the part that adds a submission to a person's history."""
        record_id = name_event(submission.occurred_at, key)
        return self.rows.write_event(person.id, record_id, seal_event(person, record_id, key, submission))

    def replace_event(self, person: Person, key: str, submission: Submission) -> Part:
        """Return the part that replaces a submission in a person's history."""
        record_id = name_event(submission.occurred_at, key)
        return self.rows.replace_event(person.id, record_id, seal_event(person, record_id, key, submission))

    def delete_event(self, person: Person, event: Event) -> Part:
        """Return the part that deletes an event from a person's history."""
        return self.rows.delete_row(person.id, name_event(event.submission.occurred_at, event.key))


def seal_event(person: Person, record_id: str, key: str, submission: Submission) -> bytes:
    """Seal an event for its place."""
    return person.seal.seal_record(record_id, "event", pack_submission(key, submission))


def find_holder(rows: tuple[str, ...], owners: dict[str, Owner]) -> str | None:
    """Return the customer who holds an identity under any live index secret, or None: free, or its holder forgotten."""
    return next((owners[row].id for row in rows if row in owners and owners[row].id), None)
