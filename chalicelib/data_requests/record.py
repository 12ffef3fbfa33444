"""Everything that is held of one person, gathered for themselves: sections of rows that any file can show.

What is not in it: the hashes by which they are found (noise to everybody), counters of how often they were mailed, and
the names of staff. Who read a record, when and why is told; a person has no right to the names of those who did it for
the shop (Court of Justice of the EU, C-579/21).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from chalicelib.addresses import normalise_email
from chalicelib.data_requests.mailbox import choose_events, list_foreign, list_proven, narrow_person
from chalicelib.data_requests.status import describe_person, list_plans, read_outlook
from chalicelib.data_requests.values import Row, dump_row, write_time
from chalicelib.errors import UnreadableError
from chalicelib.models import Event, HeldValue, Identity, JsonValue, Reading, ReadingKind
from chalicelib.models.months import list_months, name_month
from chalicelib.people.consents import read_field
from chalicelib.people.person import Person
from chalicelib.senders import read_submission
from chalicelib.services import Services
from chalicelib.shop.retention import find_span
from chalicelib.store.mails import MailRow
from chalicelib.store.requests import BY_PERSON, RequestRow


@dataclass(frozen=True)
class Section:
    """One kind of data; every row has the same columns. `name` is its heading's name in the words of a language."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def gather_record(person: Person, services: Services, now: datetime) -> tuple[Section, ...]:
    """Return everything held of a person, read from the tables as they stand."""
    profile, outlook = person.profile, read_outlook(services)
    orders = sorted(services.people.list_orders(person), key=lambda one: one.name)
    history = [(event, read_event(event)) for event in services.people.list_history(person)]
    return (
        make_section("person", [describe_person(profile, services, now, outlook)]),
        make_section("fields", [*list_fields(profile.fields, True), *list_fields(profile.withheld, False)]),
        make_section("identities", [dump_row(one) for one in profile.identities]),
        make_section("consents", [dump_row(one) for one in profile.consents.values()]),
        make_section("consent_history", list_consents(history)),
        make_section("orders", [{"source": one.name, **dump_row(one.order)} for one in orders if one.order]),
        make_section("refunds", [dump_row(refund) for one in orders for refund in one.refunds.values()]),
        make_section("entries", list_entries(person, services)),
        make_section("mails", list_mails(person, history, services)),
        make_section("campaigns", list_plans(profile, services, now, outlook)),
        make_section("stops", list_stops(person, services)),
        make_section("requests", list_requests(services.requests.list_requests(person.id))),
        make_section("readings", list_readings(person, history, services, now)),
        make_section("doubles", list_doubles(person, services)),
        make_section("history", [dump_event(event, reading) for event, reading in history]),
    )


def gather_own(person: Person, mailbox: str, services: Services, now: datetime) -> tuple[Section, ...]:
    """Return what a proven mailbox opens of a person: everything, or what came under it where there are others."""
    if not list_foreign(person.profile, mailbox):
        return gather_record(person, services, now)
    proven = list_proven(person.profile, mailbox)
    own, is_own = narrow_person(person, mailbox), choose_events(proven)
    read = ((event, read_event(event)) for event in services.people.list_history(person))
    history = [pair for pair in read if is_own(pair)]
    orders = sorted(services.people.list_orders(person), key=lambda one: one.name)
    entries = [record.entry for _, record in services.people.list_entries(person) if record.under in proven]
    shown = [one for one in orders if one.under in proven]
    return (
        make_section("fields", [*list_fields(own.profile.fields, True), *list_fields(own.profile.withheld, False)]),
        make_section("identities", [dump_row(one) for one in own.profile.identities]),
        make_section("consents", [dump_row(one) for one in own.profile.consents.values()]),
        make_section("consent_history", list_consents(history)),
        make_section("orders", [{"source": one.name, **dump_row(one.order)} for one in shown if one.order]),
        make_section("refunds", [dump_row(refund) for one in shown for refund in one.refunds.values()]),
        make_section("entries", [dump_row(entry) for entry in sorted(entries, key=lambda entry: entry.at)]),
        make_section("history", [dump_event(event, reading) for event, reading in history]),
    )


def join_sections(records: list[tuple[Section, ...]]) -> tuple[Section, ...]:
    """Return the sections of several records of one address as one record's; the first record has all kinds."""
    names = dict.fromkeys(section.name for record in records for section in record)
    rows = {
        name: [row for record in records for one in record if one.name == name for row in one.rows] for name in names
    }
    return tuple(make_section(name, found) for name, found in rows.items())


def make_section(name: str, rows: list[Row]) -> Section:
    """Return a section whose columns are all that its rows have, in the order in which they come."""
    columns = tuple(dict.fromkeys(column for row in rows for column in row))
    return Section(name, columns, tuple(rows))


def read_event(event: Event) -> Reading | None:
    """Return what an event says, or None where no reader of today understands it: its text is in the package anyway."""
    try:
        return read_submission(event.submission)
    except UnreadableError:
        return None


def list_fields(fields: dict[str, HeldValue], used: bool) -> list[Row]:
    """Return profile fields, those that stand or those that are withheld."""
    return [{"name": read_field(name), **dump_row(held), "used": used} for name, held in sorted(fields.items())]


def list_consents(history: list[tuple[Event, Reading | None]]) -> list[Row]:
    """Return every statement of will there ever was, with its evidence."""
    return [
        {"trust": event.submission.trust.value, **dump_row(consent)}
        for event, reading in history
        if reading
        for consent in reading.consents
    ]


def list_entries(person: Person, services: Services) -> list[Row]:
    """Return every entry, oldest first."""
    entries = [record.entry for _, record in services.people.list_entries(person)]
    return [dump_row(entry) for entry in sorted(entries, key=lambda entry: entry.at)]


def list_mails(person: Person, history: list[tuple[Event, Reading | None]], services: Services) -> list[Row]:
    """Return every mail that the person got, or was spared, as it stands, and what became of it."""
    return describe_mails(services.mails.list_mails(person.id), history)


def describe_mails(mails: Iterable[MailRow], history: list[tuple[Event, Reading | None]]) -> list[Row]:
    """Return mails, each with what became of it by a history."""
    outcomes = [outcome for event, reading in history if reading for outcome in read_outcome(event, reading)]
    return [
        {
            "campaign": mail.campaign,
            "occasion": mail.occasion,
            "state": mail.state.value,
            "at": mail.at,
            "not_after": mail.not_after,
            "marketing": mail.marketing,
            "code": mail.code,
            "outcomes": [told for name, told in outcomes if name in (mail.mail_id, f"mail:{mail.attempt}")],
        }
        for mail in mails
    ]


def read_outcome(event: Event, reading: Reading) -> Iterator[tuple[str, JsonValue]]:
    """Yield what an event says of a mail, beside the mail's id or `mail:` and its attempt."""
    at = write_time(event.submission.occurred_at)
    if reading.kind is ReadingKind.MAIL_EVENT:
        yield reading.link, {"what": str(reading.notes["fact"]), "at": at}
    elif reading.notes.get("mail_id"):
        topic, by = event.submission.topic, reading.notes["by"]
        yield str(reading.notes["mail_id"]), {"what": f"{topic}_{by}" if by else topic, "at": at}


def list_stops(person: Person, services: Services) -> list[Row]:
    """Return why the person's address is not mailed any more."""
    address = normalise_email(person.profile.text("email"))
    rows = services.people.name_rows(Identity(kind="email", value=address)) if address else ()
    return [{"reason": reason, "at": at} for reason, at in services.suppressions.list_stops(rows).items()]


def list_requests(requests: list[RequestRow]) -> list[Row]:
    """Return what was asked in the person's name, by whomever."""
    return [{"kind": row.kind, "state": row.state.value, "at": row.at, "language": row.language} for row in requests]


def list_readings(
    person: Person, history: list[tuple[Event, Reading | None]], services: Services, now: datetime
) -> list[Row]:
    """Return who read the record, when and why, since the person is known and as far back as the audit is kept."""
    known = min((event.submission.received_at for event, _ in history), default=now)
    since = max(known, now - find_span("audit"))
    return [
        {"at": line.at, "by": "person" if line.actor == BY_PERSON else "staff", "why": line.reason}
        for month in list_months(name_month(since), name_month(now))
        for line in services.audit.list_accesses(month, person.id)
    ]


def list_doubles(person: Person, services: Services) -> list[Row]:
    """Return by what kind of name somebody else here may be the same person; who, is not theirs to know."""
    return [
        {"shared": kind} for one, other, kind in services.identities.list_suggestions() if person.id in (one, other)
    ]


def dump_event(event: Event, reading: Reading | None) -> Row:
    """Return one submission as it came, body and all, and the kind of what it says."""
    submission = event.submission
    return {
        "at": write_time(submission.occurred_at),
        "received_at": write_time(submission.received_at),
        "sender": submission.sender,
        "shop": submission.shop,
        "topic": submission.topic,
        "kind": reading.kind.value if reading else "",
        "trust": submission.trust.value,
        "network": submission.network,
        "language": submission.language,
        "ids": list(submission.claims),
        "body": submission.body.decode("utf-8", "replace"),
    }
