"""What staff see of one person: the profile, and of long lists the newest rows alone, however long the history is.

Four calls: the lines of the audit; the key, the core, the members of staff who are named in those lines, which
campaigns are stopped and when everybody was counted; the newest orders, entries and mails, which the profile names; the
newest events.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.campaigns.definition import Campaign
from chalicelib.data_requests.record import describe_mails, list_consents, list_fields, read_event
from chalicelib.data_requests.status import Outlook, describe_person
from chalicelib.data_requests.values import Row, dump_row
from chalicelib.models import EntryRecord, Event, OrderRecord, Reading, utc_text
from chalicelib.numbers.learned import read_friends, read_shelf
from chalicelib.people.entries import UNKEPT, name_mark
from chalicelib.people.person import Person
from chalicelib.people.reader import open_core, open_entry, open_event, open_order
from chalicelib.services import Services
from chalicelib.store.across import read_across
from chalicelib.store.audit import Access
from chalicelib.store.halts import HALT, load_halts, name_halts
from chalicelib.store.joins import JOIN, Join, load_join
from chalicelib.store.joins import name_row as name_join
from chalicelib.store.keys import name_customer
from chalicelib.store.mails import MAIL, MailRow, load_mail
from chalicelib.store.numbers import RESULT, load_moment
from chalicelib.store.numbers import name_row as name_numbers
from chalicelib.store.people_rows import CORE, ENTRY, EVENT, ORDER
from chalicelib.store.staff import load_member, name_member
from chalicelib.store.stored_rows import load_stored, name_row
from chalicelib.vault.person import PersonSeal

ORDERS, ENTRIES, MAILS, EVENTS, LINES = 10, 40, 10, 40, 2_000
Known = list[tuple[Event, Reading | None]]


@dataclass(frozen=True)
class Glance:
    """One person as staff see them. `openings` are lines of the audit with the name of who opened the record, or "".

    `join` says of which two records theirs was made, if it was. `going` are the campaigns that go on now; `counted_at`
    is when everybody was counted last, "" before the first count.
    """

    person: Person
    orders: tuple[OrderRecord, ...]
    entries: Mapping[str, EntryRecord]
    mails: tuple[MailRow, ...]
    history: Known
    openings: tuple[tuple[Access, str], ...]
    join: Join | None
    going: tuple[Campaign, ...]
    counted_at: str

    @property
    def orders_left(self) -> int:
        """Return how many purchases are not among the orders that are shown."""
        bought = sum(one.order is not None and one.order.state in ("open", "paid") for one in self.orders)
        return max(0, self.person.profile.totals.purchases - bought)


def read_glance(customer_id: str, services: Services, now: datetime) -> Glance | None:
    """Return one person, or None for one who is forgotten; of a joined record `person.joined` names who stands for it.

    Raise KeyUnavailableError while KMS does not answer.
    """
    lines = services.audit.list_latest(utc_text(now)[:7], customer_id, LINES)[:ORDERS]
    actors = list(dict.fromkeys(line.actor for line in lines))
    found = read_across(
        (
            (services.keys.table, [name_customer(customer_id)]),
            (services.table, [name_row(customer_id, CORE), name_join(customer_id), *name_outlook(services)]),
            (services.desk_table, [name_member(actor) for actor in actors]),
        )
    )
    keys, rows, members = found.values() if actors else (*found.values(), [])
    own = {str(row["sk"]): row for row in rows if row["pk"] == name_row(customer_id, CORE)["pk"]}
    if not keys or CORE not in own:
        return None
    person = open_core(PersonSeal(customer_id, services.keys.open_key(customer_id, keys[0])), load_stored(own[CORE]))
    join = load_join(customer_id, own[JOIN]) if JOIN in own else None
    names = {member.staff_id: member.name for member in map(load_member, members)}
    openings = tuple((line, names.get(line.actor, "")) for line in lines)
    return Glance(person, *read_latest(person, services), openings, join, *load_outlook(rows, services))


def name_outlook(services: Services) -> list[Row]:
    """Return the keys of the rows that tell which campaigns are stopped, and when everybody was counted."""
    return [*name_halts(each.name for each in services.campaigns), name_numbers(RESULT)]


def load_outlook(rows: Sequence[Row], services: Services) -> tuple[tuple[Campaign, ...], str]:
    """Return the campaigns that go on, and when everybody was counted, by such rows among others."""
    stopped = load_halts(row for row in rows if row["sk"] == HALT)
    heads = [row for row in rows if row == row | name_numbers(RESULT)]
    return services.leave_out(stopped), load_moment(heads[0] if heads else None)


def read_latest(
    person: Person, services: Services
) -> tuple[tuple[OrderRecord, ...], dict[str, EntryRecord], tuple[MailRow, ...], Known]:
    """Return the newest orders, entries, mails and events of a person."""
    profile = person.profile
    latest = sorted(profile.latest, key=lambda name: profile.latest[name].placed_at)[-ORDERS:]
    marks = {
        person.name_entry(key): key for key in sorted(profile.marks, key=lambda key: profile.marks[key].at)[-ENTRIES:]
    }
    mails = sorted(profile.mails, key=lambda name: profile.mails[name].at)[-MAILS:]
    wanted = [*map(person.name_order, latest), *marks, *(MAIL + name for name in mails)]
    rows = {row["sk"]: row for row in services.table.read_items([name_row(person.id, key) for key in wanted])}
    kept = services.people_rows.list_latest(person.id, EVENT, EVENTS)
    events = [open_event(person.seal, key, row) for key, row in kept]
    return (
        tuple(open_order(person.seal, key, load_stored(rows[key])) for key in rows if key.startswith(ORDER)),
        {marks[key]: open_entry(person.seal, key, load_stored(rows[key])) for key in rows if key.startswith(ENTRY)},
        tuple(load_mail(row) for key, row in rows.items() if key.startswith(MAIL)),
        [(event, read_event(event)) for event in events],
    )


def list_sections(glance: Glance, services: Services, now: datetime) -> dict[str, tuple[Row, ...]]:
    """Return the rows of the sections that `readable` makes chapters of."""
    profile = glance.person.profile
    demands = read_shelf(services, glance.going, glance.counted_at).demands
    outlook = Outlook(glance.going, demands, read_friends(services, glance.counted_at))
    sections: dict[str, list[Row]] = {
        "fields": [*list_fields(profile.fields, True), *list_fields(profile.withheld, False)],
        "identities": [dump_row(one) for one in profile.identities],
        "consents": [dump_row(one) for one in profile.consents.values()],
        "consent_history": list_consents(glance.history),
        "orders": [{"source": one.name, **dump_row(one.order)} for one in glance.orders if one.order],
        "entries": list_told(glance),
        "mails": describe_mails(glance.mails, glance.history),
        "person": [describe_person(profile, services, now, outlook)],
    }
    return {name: tuple(rows) for name, rows in sections.items()}


def list_told(glance: Glance) -> list[Row]:
    """Return the entries that have a mark, and of the newest events the answers that have none; oldest first."""
    unmarked: list[Any] = [
        reading.entry
        for _, reading in glance.history
        if reading and reading.entry and reading.entry.kind not in UNKEPT and not name_mark(reading.entry)
    ]
    entries = [*(one.entry for one in glance.entries.values() if one.entry.kind != "note"), *unmarked]
    return [dump_row(entry) for entry in sorted(entries, key=lambda entry: entry.at)]
