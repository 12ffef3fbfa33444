"""The head of a person's page: what staff need before anything else, from what was read of the person."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from chalicelib.campaigns.definition import Campaign
from chalicelib.campaigns.reasons import add_months
from chalicelib.data_requests.glance import Glance
from chalicelib.data_requests.readable.labels import show_answer
from chalicelib.data_requests.readable.writer import Writer
from chalicelib.models import JsonValue
from chalicelib.models.numbers import write_number
from chalicelib.people.entries import list_ended, read_day


@dataclass(frozen=True)
class OpenOrder:
    """A pre-order that was neither shipped nor withdrawn: its number, what it is, how many, by when it is needed."""

    number: str
    item: str
    quantity: str
    needed: str


@dataclass(frozen=True)
class Warranty:
    """A warranty card; `ends` is the day on which it ends, "" where no campaign says how long it holds."""

    product: str
    serial: str
    bought: str
    ends: str
    over: bool


@dataclass(frozen=True)
class Note:
    """A note of staff, and the day on which it was written."""

    text: str
    warns: bool
    day: str


def list_open_orders(glance: Glance, writer: Writer) -> Iterator[OpenOrder]:
    """Yield the pre-orders that are still to be handed over, oldest first."""
    ended = list_ended(glance.person.profile.marks)
    for key, record in sorted(glance.entries.items(), key=lambda pair: pair[1].entry.at):
        entry, number = record.entry, write_number(key)
        if entry.kind == "pre-order" and entry.withdrawn is None and number not in ended:
            item, quantity = (say_value(name, entry.values, "pre-order", writer) for name in ("item", "quantity"))
            yield OpenOrder(number, item, quantity, say_value("needed_by", entry.values, "pre-order", writer))


def list_warranties(glance: Glance, months: int | None, today: date, writer: Writer) -> Iterator[Warranty]:
    """Yield the warranty cards, the latest first."""
    cards = [one.entry for one in glance.entries.values() if one.entry.kind == "warranty" and not one.entry.withdrawn]
    for entry in sorted(cards, key=lambda entry: entry.at, reverse=True):
        bought = read_day(entry.values.get("purchased_on"))
        ends = add_months(bought, months) if bought and months else None
        yield Warranty(
            say_value("product", entry.values, "warranty", writer),
            say_value("serial_number", entry.values, "warranty", writer),
            writer.mail.write_day(bought) if bought else "",
            writer.mail.write_day(ends) if ends else "",
            ends is not None and ends < today,
        )


def find_months(campaigns: tuple[Campaign, ...]) -> int | None:
    """Return how many months a warranty holds, by the campaign that writes before its end; None without one."""
    return next((each.when.warranty_months for each in campaigns if each.when.warranty_months), None)


def list_notes(glance: Glance, writer: Writer) -> list[Note]:
    """Return the notes of staff: warnings first, then the latest first."""
    entries = sorted((one.entry for one in glance.entries.values() if one.entry.kind == "note"), key=lambda one: one.at)
    notes = [
        Note(str(one.values.get("note", "")), one.values.get("warn") is True, writer.write_moment_day(one.at))
        for one in reversed(entries)
    ]
    return sorted(notes, key=lambda note: not note.warns)


def say_value(name: str, values: Mapping[str, JsonValue], kind: str, writer: Writer) -> str:
    """Return an answer in the words of its form, "" where there is none."""
    value = values.get(name)
    return writer.join_texts(list(show_answer(name, value, writer, kind=kind)[1])) if value not in (None, "") else ""
