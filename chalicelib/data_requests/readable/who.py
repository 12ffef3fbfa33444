"""Who somebody is: their details, and the names by which they are found."""

from chalicelib.data_requests.readable.facts import Facts, note_others
from chalicelib.data_requests.readable.labels import show_answer
from chalicelib.data_requests.readable.names import name_language, name_purpose, name_source, split_name
from chalicelib.data_requests.readable.parts import Card, Group, Line, Record, list_cards, make_line
from chalicelib.data_requests.readable.writer import Writer
from chalicelib.data_requests.values import Row
from chalicelib.text import isolate_text

FIRST = ("name", "email", "phone", "address", "language")
ADDRESSES = ("email", "phone")


def build_who(record: Record, writer: Writer) -> list[Group]:
    """Return two cards."""
    rows = sorted(record.get("fields", ()), key=rank_field)
    mailbox = next((str(row.get("value")).casefold() for row in rows if row.get("name") == "email"), "")
    details = tuple(line for row in rows for line in show_field(row, mailbox, writer))
    names = tuple(line for row in record.get("identities", ()) for line in show_name(row, writer))
    cards = [Card(writer.words.details, details)] if details else []
    return list_cards([*cards, *([Card(writer.words.found_by, names)] if names else [])])


def rank_field(row: Row) -> tuple[int, str]:
    """Order fields: contact details first, the others by name."""
    name = str(row.get("name"))
    return (FIRST.index(name) if name in FIRST else len(FIRST), name)


def show_field(row: Row, mailbox: str, writer: Writer) -> list[Line]:
    """Return the line of one detail. One whose value is gone says so; one from another mailbox names that."""
    facts = Facts("fields", row)
    name, source = facts.take_text("name"), facts.take_text("source")
    label, said, typed = show_answer(name, facts.take("value"), writer, form_name=source.removeprefix("form:"))
    if name == "language":
        said, typed = tuple(name_language(text) for text in said), False
    used = facts.take("used")
    notes = (
        writer.words.unused if used is False else "",
        writer.write_time(facts.take("at")),
        name_source(source, writer),
        *note_proof(facts, mailbox, writer),
        *note_others(facts, writer),
    )
    return make_line(label, *(said or (writer.words.nothing,)), notes=notes, typed=typed)


def note_proof(facts: Facts, mailbox: str, writer: Writer) -> tuple[str, ...]:
    """Return how far a detail is proven, by which consent it is kept, and which mailbox it came with."""
    grade, purpose, under = facts.take_text("grade"), facts.take_text("purpose"), facts.take_text("under")
    kept = writer.words.kept_by.format(purpose=name_purpose(purpose, writer)) if purpose else ""
    came = writer.words.came_with.format(mailbox=isolate_text(under)) if under not in ("", mailbox) else ""
    proven = writer.words.grades["confirmed"] if facts.take("proven") else ""
    return (writer.words.grades.get(grade, grade), kept, proven, came)


def show_name(row: Row, writer: Writer) -> list[Line]:
    """Return the line of one name: an address, or a number at a shop system."""
    facts = Facts("identities", row)
    kind, value = facts.take_text("kind"), facts.take_text("value")
    own, whose = (value, "") if kind in ADDRESSES else split_name(value, writer)
    since, until = writer.write_time(facts.take("at")), facts.take("until")
    source, via, grade = (facts.take_text(name) for name in ("source", "via", "grade"))
    notes = (
        whose,
        writer.write_note("since", since),
        writer.write_note("until", writer.write_time(until)),
        writer.join_texts([split_name(source, writer)[1], isolate_text(split_name(source, writer)[0])])
        if source
        else "",
        writer.write_note("via", isolate_text(via)),
        writer.words.grades.get(grade, grade),
        *note_others(facts, writer),
    )
    return make_line(writer.words.names.get(kind, writer.name_label(kind)), own, notes=notes, typed=True)
