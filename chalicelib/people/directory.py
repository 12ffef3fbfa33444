"""People: the customers in the tables, read and written. Nothing is written here; callers commit the parts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from chalicelib.models import EntryRecord, Event, Identity, IdentityKind, OrderRecord, Profile, Submission
from chalicelib.people.entries import read_handover
from chalicelib.people.orders import read_number
from chalicelib.people.person import Person
from chalicelib.people.profile import Record
from chalicelib.people.reader import PROFILE, PeopleReader
from chalicelib.people.renewal import recount_record, renew_latest
from chalicelib.store.people_rows import CORE, name_event
from chalicelib.store.stored_rows import SHAPE, StoredRow
from chalicelib.store.table import Part
from chalicelib.vault.envelope import pack_submission

Row = TypeVar("Row", OrderRecord, EntryRecord)


@dataclass(frozen=True)
class People(PeopleReader):
    """The same, with the parts of transactions that change them."""

    def write_record(
        self,
        person: Person,
        record: Record,
        due: datetime | None,
        *,
        names: Iterable[str] = (),
        sources: Iterable[str] = (),
    ) -> list[Part]:
        """Return the parts that write what changed in a person's record, and keep a new person's key.

        `names` and `sources` are index rows to keep beside those kept before. Raise OversizeError.
        """
        record = self.renew_record(person, record)
        parts = [self.write_core(person, record.profile, due, names=names, sources=sources)]
        for name, changed in list_changed(person.record.orders, record.orders):
            parts += [self.write_order(person, name, changed), *self.note_number(person, name, changed)]
        marks = record.profile.marks
        for name, entry in list_changed(person.record.entries, record.entries):
            parts.append(self.write_entry(person, name, entry, read_handover(name, entry, marks)))
        return parts if person.new_key is None else [*parts, self.keys.write_key(person.id, person.new_key)]

    def write_core(
        self,
        person: Person,
        profile: Profile,
        due: datetime | None,
        *,
        names: Iterable[str] = (),
        sources: Iterable[str] = (),
    ) -> Part:
        """Return the part that replaces a person's core; raise OversizeError."""
        sealed = person.seal.seal_record(CORE, PROFILE, profile.model_dump_json(exclude_defaults=True).encode())
        row = StoredRow(
            sealed,
            person.version,
            SHAPE,
            names=tuple(dict.fromkeys((*person.names, *names))),
            sources=tuple(dict.fromkeys((*person.sources, *sources))),
            joined=person.joined,
        )
        return self.rows.write_core(person.id, row, None if person.joined else due)

    def write_order(self, person: Person, name: str, record: OrderRecord) -> Part:
        """Return the part that writes an order's row, with the index rows of its name; raise OversizeError."""
        key = person.name_order(name)
        sealed = person.seal.seal_record(key, "order", record.model_dump_json(exclude_defaults=True).encode())
        names, number = self.name_rows(Identity(kind=IdentityKind.ORDER, value=name)), read_number(record)
        numbers = self.name_rows(number) if number is not None else ()
        row = StoredRow(sealed, person.versions.get(key, 0), SHAPE, names=names, numbers=numbers)
        return self.rows.write_row(person.id, key, row)

    def note_number(self, person: Person, name: str, record: OrderRecord) -> list[Part]:
        """Return the parts by which a new number of an order finds its customer, and a former one does no more.

        What was noted stands in the order's row: a row from before there were notes has none.
        """
        number, noted = read_number(record), person.numbers.get(person.name_order(name), ())
        rows = self.name_rows(number) if number else ()
        gone = [self.identities.forget_holder(row, person.id) for row in noted if row not in rows]
        return [*gone, *(self.identities.note_holder(row, person.id) for row in rows if row not in noted)]

    def write_entry(self, person: Person, name: str, record: EntryRecord, needed: str) -> Part:
        """Return the part that writes an entry's row; `needed` as in `PeopleRows.write_row`. Raise OversizeError."""
        key = person.name_entry(name)
        sealed = person.seal.seal_record(key, "entry", record.model_dump_json(exclude_defaults=True).encode())
        return self.rows.write_row(person.id, key, StoredRow(sealed, person.versions.get(key, 0), SHAPE), needed)

    def replace_entry(self, person: Person, key: str, record: EntryRecord) -> Part:
        """Return the part that replaces the entry of a sort key, whatever its version; it fails where it is gone."""
        sealed = person.seal.seal_record(key, "entry", record.model_dump_json(exclude_defaults=True).encode())
        return self.rows.replace_sealed(person.id, key, sealed)

    def renew_record(self, person: Person, record: Record) -> Record:
        """Return the record with what is thin, or was not counted yet, made anew from all rows."""
        profile = record.profile
        if not (profile.thin or profile.uncounted):
            return record
        orders = {order.name: order for order in self.list_orders(person)} | dict(record.orders)
        if not profile.uncounted:
            return replace(record, profile=renew_latest(Record(profile, orders)).profile)
        touched = {person.name_entry(name): each for name, each in record.entries.items()}
        entries = dict(self.list_entries(person)) | touched
        return replace(record, profile=recount_record(Record(profile, orders, entries)).profile)

    def renew_profile(self, person: Person) -> Profile:
        """Return a person's profile with what an earlier version did not count made anew from all rows."""
        return self.renew_record(person, Record(person.profile)).profile

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


def list_changed(before: Mapping[str, Row], after: Mapping[str, Row]) -> list[tuple[str, Row]]:
    """Return the rows that are new or differ, by name."""
    return [(name, row) for name, row in after.items() if before.get(name) != row]


def seal_event(person: Person, record_id: str, key: str, submission: Submission) -> bytes:
    """Seal an event for its place."""
    return person.seal.seal_record(record_id, "event", pack_submission(key, submission))
