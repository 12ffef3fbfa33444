"""Entries as rows of their own: which row an entry has, and what campaigns need of it."""

from collections.abc import Mapping
from datetime import date, datetime

from chalicelib.models import Entry, EntryMark, EntryRecord, Reading, Submission, Totals
from chalicelib.models.numbers import read_number, write_number
from chalicelib.people.consents import clear_entry

MARKED = (
    "warranty",
    "pre-order",
    "pre-order-shipped",
    "pre-order-handed-over",
    "note",
)  # campaigns write about them; the desk shows notes first
TAKEN = "taken"  # the mark of any other entry that staff wrote down for somebody: a mail tells them
ENDED = ("pre-order-shipped", "pre-order-handed-over")  # each names the pre-order that it ends by its number
LATE = "9998-12-31"  # in place of the day by which a pre-order is needed, where none was given
MOST_MARKS = 100  # of entries, the latest, kept in the profile
UNKEPT = ("click",)  # entries without a row: the history has them


def name_entry(key: str, submission: Submission, entry: Entry) -> str:
    """Return an entry's name: of a thing that is told of again and again its id, else the event's inbox key."""
    return f"{submission.sender}:{submission.shop}:{entry.id}" if entry.id else key


def name_repeated(submission: Submission, reading: Reading) -> tuple[str, ...]:
    """Return the name of the entry that may have a row already."""
    entry = reading.entry
    return (name_entry("", submission, entry),) if entry is not None and entry.id else ()


def find_repeated(held: Mapping[str, EntryRecord], submission: Submission, reading: Reading) -> EntryRecord | None:
    """Return the record of the same thing as an earlier event told of it, or None."""
    return next((held[name] for name in name_repeated(submission, reading) if name in held), None)


def is_outdated(held: Mapping[str, EntryRecord], submission: Submission, reading: Reading) -> bool:
    """Return whether an earlier event told later news of the same thing."""
    old = find_repeated(held, submission, reading)
    return old is not None and reading.entry is not None and rank_entry(old.entry) > rank_entry(reading.entry)


def join_entries(
    held: Mapping[str, EntryRecord],
    key: str,
    submission: Submission,
    reading: Reading,
    event: str,
    mailbox: str,
) -> dict[str, EntryRecord]:
    """Return the record of the event's entry, if it has one to keep and none that is later."""
    entry = reading.entry
    if entry is None or entry.kind in UNKEPT or is_outdated(held, submission, reading):
        return {}
    return {name_entry(key, submission, entry): EntryRecord(entry=entry, event=event, under=mailbox)}


def clear_entries(records: Mapping[str, EntryRecord], withdrawals: Mapping[str, datetime]) -> dict[str, EntryRecord]:
    """Drop from entries the sensitive values whose consent was taken back."""
    return {
        name: record.model_copy(update={"entry": clear_entry(record.entry, withdrawals)})
        if record.entry.sensitive
        else record
        for name, record in records.items()
    }


def join_withdrawn(held: Mapping[str, datetime], submission: Submission, reading: Reading) -> dict[str, datetime]:
    """Return when each entry was withdrawn, by its name; the first time counts."""
    name, at = reading.withdraws, submission.occurred_at
    return {**held, name: min(held.get(name, at), at)} if name else dict(held)


def withdraw_entries(records: Mapping[str, EntryRecord], withdrawn: Mapping[str, datetime]) -> dict[str, EntryRecord]:
    """Return the records, those that were withdrawn with the time of it."""
    return {
        name: record.model_copy(update={"entry": record.entry.model_copy(update={"withdrawn": withdrawn[name]})})
        if name in withdrawn
        else record
        for name, record in records.items()
    }


def rank_entry(entry: Entry) -> tuple[datetime, str]:
    """Order entries about one thing; the text breaks ties so that the order of arrival does not matter."""
    return (entry.at, entry.model_dump_json())


def count_entry(entry: Entry) -> Totals:
    return Totals(entries={entry.kind: 1})


def mark_entries(held: Mapping[str, EntryMark], records: Mapping[str, EntryRecord]) -> dict[str, EntryMark]:
    """Return the marks of the latest entries that campaigns write about."""
    marked = {name: mark_entry(each.entry) for name, each in records.items() if name_mark(each.entry)}
    return keep_marks({**held, **marked})


def keep_marks(marks: Mapping[str, EntryMark]) -> dict[str, EntryMark]:
    """Return the latest marks."""
    ranked = sorted(marks.items(), key=lambda pair: (pair[1].at, pair[0]))
    return dict(ranked[-MOST_MARKS:])


def name_mark(entry: Entry) -> str:
    """Return the kind of an entry's mark, "" for one without."""
    return entry.kind if entry.kind in MARKED else TAKEN if entry.taken else ""


def mark_entry(entry: Entry) -> EntryMark:
    number = read_number(str(entry.values.get("number", ""))) if entry.kind in ENDED else ""
    return EntryMark(kind=name_mark(entry), at=entry.at, day=read_day(entry.values.get("purchased_on")), number=number)


def read_handover(name: str, record: EntryRecord, marks: Mapping[str, EntryMark]) -> str:
    """Return the day by which a pre-order is needed that is still to be handed over, "" for any other entry."""
    entry = record.entry
    if entry.kind != "pre-order" or entry.withdrawn is not None or write_number(name) in list_ended(marks):
        return ""
    day = read_day(entry.values.get("needed_by"))
    return day.isoformat() if day else LATE


def list_ended(marks: Mapping[str, EntryMark]) -> set[str]:
    """Return the numbers of the pre-orders that were shipped or handed over."""
    return {mark.number for mark in marks.values() if mark.kind in ENDED and mark.number}


def list_meant(entry: Entry | None, marks: Mapping[str, EntryMark]) -> list[str]:
    """Return the names of the marked pre-orders that an entry ends by its number."""
    number = mark_entry(entry).number if entry is not None else ""
    known = [name for name, mark in marks.items() if mark.kind == "pre-order"]
    return [name for name in known if number and write_number(name) == number]


def read_day(value: object) -> date | None:
    """Return a day written as `2026-05-01`, or None."""
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
