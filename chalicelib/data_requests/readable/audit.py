"""Who opened the record, when and why; and whether another record may be the same person's."""

from chalicelib.data_requests.readable.facts import Facts, list_others, note_others
from chalicelib.data_requests.readable.parts import Card, Group, Line, Record, join_lines, list_cards, make_line
from chalicelib.data_requests.readable.reasons import explain_reading
from chalicelib.data_requests.readable.writer import Writer
from chalicelib.data_requests.values import Row
from chalicelib.text import isolate_text


def build_readings(record: Record, writer: Writer) -> list[Group]:
    """Return every opening of the record, newest first."""
    return join_lines([show_reading(row, writer) for row in record.get("readings", ())], writer)


def show_reading(row: Row, writer: Writer) -> Card:
    """Return one opening; a reason that staff typed stays in their words."""
    facts = Facts("readings", row)
    at, by, why = (facts.take_text(name) for name in ("at", "by", "why"))
    told, typed = explain_reading(why, writer)
    notes = (isolate_text(told) if typed else told, *note_others(facts, writer))
    return Card("", tuple(make_line(writer.write_time(at), writer.words.readers.get(by, by), notes=notes)), at=at)


def build_others(record: Record, writer: Writer) -> list[Group]:
    """Return what belongs to no other chapter: hints at other records, and kinds of rows that have no chapter."""
    doubles = [line for row in record.get("doubles", ()) for line in show_double(row, writer)]
    rest = [
        Card("", list_others(Facts(name, row), writer)) for name in record if name != "doubles" for row in record[name]
    ]
    cards = [Card("", tuple(doubles))] if doubles else []
    return list_cards([*cards, *rest])


def show_double(row: Row, writer: Writer) -> list[Line]:
    """Return by what kind of name another record may be the same person's."""
    facts = Facts("doubles", row)
    shared = facts.take_text("shared")
    said = writer.words.names.get(shared, shared)
    return make_line(writer.name_label("shared"), said, notes=note_others(facts, writer))
