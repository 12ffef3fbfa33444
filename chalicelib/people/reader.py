"""Find a customer by a name, open their record, list their rows."""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.addresses import normalise_email
from chalicelib.errors import KeyUnavailableError, NewerShapeError
from chalicelib.models import EntryRecord, Event, Identity, IdentityKind, OrderRecord, Profile
from chalicelib.people.person import Person, Touched, place_rows
from chalicelib.people.profile import Record
from chalicelib.people.shapes import read_shape
from chalicelib.store.identities import Identities, Owner, make_row
from chalicelib.store.keys import Keys
from chalicelib.store.people_rows import CORE, ENTRY, EVENT, ORDER, PeopleRows
from chalicelib.store.stored_rows import SHAPE, StoredRow
from chalicelib.store.table import Part, Table
from chalicelib.vault.blindindex import BlindIndex
from chalicelib.vault.envelope import unpack_submission
from chalicelib.vault.person import PersonSeal
from chalicelib.vault.root import make_key

PROFILE = "profile"  # the kind that the core is sealed as
UNTOUCHED = Touched()


@dataclass(frozen=True)
class PeopleReader:
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

    def load_person(self, customer_id: str, touched: Touched = UNTOUCHED) -> Person:
        """Open a customer's core and the rows that are touched, or those of the record that stands for the customer.

        Raise KeyUnavailableError for one being forgotten.
        """
        person = self.load_own(customer_id, touched)
        return self.load_person(person.joined, touched) if person.joined else person

    def load_own(self, customer_id: str, touched: Touched = UNTOUCHED) -> Person:
        """Open a customer's own core and rows, whatever record stands for them; raise KeyUnavailableError likewise."""
        key = self.keys.read_key(customer_id)
        if key is None:
            raise KeyUnavailableError("customer")
        seal = PersonSeal(customer_id, key)
        empty = Person(Record(Profile(customer_id=customer_id)), 0, seal)
        places = {CORE: CORE} | place_rows(empty, touched)
        stored = self.rows.read_rows(customer_id, places)
        if CORE not in stored:
            raise KeyUnavailableError("customer")
        person = open_core(seal, stored.pop(CORE))
        record = Record(person.profile, *self.open_rows(seal, places, stored))
        versions = {key: row.version for key, row in stored.items()}
        return replace(person, record=record, versions=versions, numbers={k: row.numbers for k, row in stored.items()})

    def open_seal(self, customer_id: str) -> PersonSeal | None:
        """Open a customer's key and no record; return None for one who is forgotten.

        Raise KeyUnavailableError while KMS does not answer.
        """
        key = self.keys.read_key(customer_id)
        return None if key is None else PersonSeal(customer_id, key)

    def open_hollow(self, customer_id: str) -> Person | None:
        """Return a person of whom nothing is read but the key, for steps that need no record; None for one forgotten.

        So a record that cannot be read stands in no right's way. Raise KeyUnavailableError while KMS does not answer.
        """
        seal = self.open_seal(customer_id)
        return None if seal is None else Person(Record(Profile(customer_id=customer_id)), 0, seal)

    def name_address(self, address: str) -> tuple[str, ...]:
        """Return the index rows of a normalised e-mail address."""
        return self.name_rows(Identity(kind=IdentityKind.EMAIL, value=address))

    def find_holders(self, address: str) -> tuple[str, ...]:
        """Return every customer whose record holds a normalised e-mail address; whom it names comes first."""
        return self.find_all(Identity(kind=IdentityKind.EMAIL, value=address))

    def find_all(self, name: Identity) -> tuple[str, ...]:
        """Return every customer whose record holds a name, whomever it names; whom it names comes first.

        A joined record comes in place of those that it stands for.
        """
        rows = self.name_rows(name)
        named = find_holder(rows, self.identities.find_owners(rows))
        found = [*([named] if named else []), *self.identities.list_holders(rows)]
        joined = self.rows.find_joined(found)
        return tuple(dict.fromkeys(joined.get(one, one) for one in found))

    def find_address(self, address: str) -> str | None:
        """Return the id of the customer who holds a normalised e-mail address, or None."""
        return self.find_customer(Identity(kind=IdentityKind.EMAIL, value=address)) if address else None

    def open_rows(
        self, seal: PersonSeal, places: Mapping[str, str], stored: Mapping[str, StoredRow]
    ) -> tuple[dict[str, OrderRecord], dict[str, EntryRecord]]:
        """Open rows of orders and entries, by the names that `places` has for their sort keys."""
        orders, entries = {}, {}
        for key, row in stored.items():
            if key.startswith(ORDER):
                orders[places[key]] = open_order(seal, key, row)
            else:
                entries[places[key]] = open_entry(seal, key, row)
        return orders, entries

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
        """Return the parts that give links to their owner: a customer, an inbox item or a request."""
        return [self.identities.write_owner(row, owner, until) for row in self.name_links(names)]

    def claim_attempt(self, attempt: str, owner: str, address: str, until: datetime | None = None) -> list[Part]:
        """Return the parts that give a mail's attempt to its owner, and note by keyed hash whom it is mailed to."""
        email = normalise_email(address)
        mailed = self.name_rows(Identity(kind=IdentityKind.EMAIL, value=email)) if email else ()
        rows = self.name_links([f"mail:{attempt}"])
        return [self.identities.write_owner(row, owner, until, mailed) for row in rows]

    def find_mailed(self, link: str) -> tuple[str, ...]:
        """Return the index rows of the address that a mail went to, by `mail:` and its attempt id; () if unknown."""
        owners = self.identities.find_owners(self.name_links([link]))
        return next((owner.mailed for owner in owners.values() if owner.mailed), ())

    def make_person(self) -> Person:
        """Return a new customer with a random id and a key of their own; nothing is written yet."""
        customer_id = secrets.token_urlsafe(16)
        key = make_key()
        return Person(Record(Profile(customer_id=customer_id)), 0, PersonSeal(customer_id, key), key)

    def list_history(self, person: Person) -> Iterator[Event]:
        """Open a person's history, oldest first."""
        for record_id, row in self.rows.list_stored(person.id, EVENT):
            yield open_event(person.seal, record_id, row)

    def read_events(self, person: Person, record_ids: Iterable[str]) -> list[Event]:
        """Open those of some events of a person's history that exist, oldest first."""
        found = self.rows.read_rows(person.id, record_ids)
        return [open_event(person.seal, record_id, row) for record_id, row in sorted(found.items())]

    def list_orders(self, person: Person) -> Iterator[OrderRecord]:
        """Open every order of a person, in no order."""
        for key, row in self.rows.list_stored(person.id, ORDER):
            yield open_order(person.seal, key, row)

    def list_entries(self, person: Person) -> Iterator[tuple[str, EntryRecord]]:
        """Open every entry of a person, as (sort key, record), in no order."""
        for key, row in self.rows.list_stored(person.id, ENTRY):
            yield key, open_entry(person.seal, key, row)


def open_core(seal: PersonSeal, core: StoredRow) -> Person:
    """Return a person of whom the core alone was read."""
    profile = read_shape(Profile, CORE, core.shape, seal.open_record(CORE, PROFILE, core.sealed))
    person = Person(Record(profile), core.version, seal, names=core.names)
    return replace(person, sources=core.sources, joined=core.joined)


def open_event(seal: PersonSeal, record_id: str, row: StoredRow) -> Event:
    """Open one event of a history; raise NewerShapeError for one that a later version wrote."""
    if row.shape > SHAPE:
        raise NewerShapeError(f"event: shape {row.shape}")
    key = record_id.rpartition("#")[2]
    return Event(key=key, submission=unpack_submission(key, seal.open_record(record_id, "event", row.sealed)))


def open_order(seal: PersonSeal, key: str, row: StoredRow) -> OrderRecord:
    return read_shape(OrderRecord, "order", row.shape, seal.open_record(key, "order", row.sealed))


def open_entry(seal: PersonSeal, key: str, row: StoredRow) -> EntryRecord:
    return read_shape(EntryRecord, "entry", row.shape, seal.open_record(key, "entry", row.sealed))


def find_holder(rows: tuple[str, ...], owners: dict[str, Owner]) -> str | None:
    """Return the customer who holds an identity under any live index secret, or None: free, or its holder forgotten."""
    return next((owners[row].id for row in rows if row in owners and owners[row].id), None)
