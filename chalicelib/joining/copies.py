"""Copy rows from one customer to another: each sealed row is opened, and sealed anew under the other's key.

A row that is there already is replaced by the same, so that copying may be repeated.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chalicelib.people.directory import seal_event
from chalicelib.people.person import Person
from chalicelib.people.reader import open_entry, open_event, open_order
from chalicelib.services import Services
from chalicelib.store.joins import JOIN, place_row
from chalicelib.store.people_rows import CORE, ENTRY, EVENT, ORDER
from chalicelib.store.stored_rows import load_stored
from chalicelib.store.table import Row

SEALED = (ORDER, ENTRY, EVENT)
WAITS = ("queue", "due_at")  # of a pre-order that is to be handed over
UNKEPT = ("queue", "result", "address")  # of a finished request or mail: sealed for the old place, or of no use


@dataclass(frozen=True)
class Copier:
    """Copies rows of `old` to `new`."""

    old: Person
    new: Person
    services: Services

    def copy_rows(self, left_out: Iterable[str] = ()) -> None:
        """Copy every row but the core and those of some sort keys."""
        skipped = {CORE, JOIN, *left_out}
        rows = (row for row in self.services.people_rows.list_rows(self.old.id) if row["sk"] not in skipped)
        self.services.table.write_items(self.copy_row(row) for row in rows)

    def copy_row(self, row: Row) -> Row:
        """Return the row as the other customer has it."""
        sort_key = str(row["sk"])
        kept = {name: value for name, value in row.items() if name not in UNKEPT}
        placed = place_row(kept, self.new.id)
        if sort_key.startswith(ORDER):
            return {**placed, **self.reseal_order(sort_key, row), "version": 1}
        if sort_key.startswith(ENTRY):
            waits = {name: row[name] for name in WAITS if "queue" in row}
            return {**placed, **self.reseal_entry(sort_key, row), **waits, "version": 1}
        return {**placed, **self.reseal_event(sort_key, row)} if sort_key.startswith(EVENT) else placed

    def reseal_order(self, sort_key: str, row: Row) -> Row:
        record = open_order(self.old.seal, sort_key, load_stored(row))
        return self.seal_text(self.new.name_order(record.name), "order", record.model_dump_json(exclude_defaults=True))

    def reseal_entry(self, sort_key: str, row: Row) -> Row:
        record = open_entry(self.old.seal, sort_key, load_stored(row))
        key = self.new.name_entry(self.name_entry(record.entry.id, record.event))
        return self.seal_text(key, "entry", record.model_dump_json(exclude_defaults=True))

    def name_entry(self, entry_id: str, event: str) -> str:
        """Return the name of an entry, from the event that told of it (`people.entries.name_entry`)."""
        key = event.rpartition("#")[2]
        told = self.services.people.read_events(self.old, [event]) if entry_id else []
        return f"{told[0].submission.sender}:{told[0].submission.shop}:{entry_id}" if told else key

    def reseal_event(self, sort_key: str, row: Row) -> Row:
        event = open_event(self.old.seal, sort_key, load_stored(row))
        return {"sk": sort_key, "sealed": seal_event(self.new, sort_key, event.key, event.submission)}

    def seal_text(self, sort_key: str, kind: str, text: str) -> Row:
        """Return the attributes of a row of an order or entry."""
        return {"sk": sort_key, "sealed": self.new.seal.seal_record(sort_key, kind, text.encode())}


def list_keys(customer_id: str, prefix: str, services: Services) -> set[str]:
    """Return the sort keys of one kind of a customer's rows."""
    return {key for key, _ in services.people_rows.list_stored(customer_id, prefix)}


def list_others(customer_id: str, services: Services) -> Iterator[Row]:
    """Yield the rows of a customer that are not sealed: of mails, requests and links."""
    for row in services.people_rows.list_rows(customer_id):
        if row["sk"] not in (CORE, JOIN) and not str(row["sk"]).startswith(SEALED):
            yield row
