"""What the shop concludes about somebody: when they were here, their usual gap, and their status."""

from collections.abc import Mapping

from chalicelib.data_requests.readable.facts import Facts, list_others
from chalicelib.data_requests.readable.labels import show_answer
from chalicelib.data_requests.readable.names import name_purpose
from chalicelib.data_requests.readable.parts import Card, Group, Line, Record, list_cards, make_line
from chalicelib.data_requests.readable.reasons import BECAUSE, explain_because, write_delay
from chalicelib.data_requests.readable.writer import Writer
from chalicelib.data_requests.values import Row
from chalicelib.text import isolate_text

TIMES = ("first_seen", "last_seen", "last_login", "clicked", "last_purchase")


def build_view(record: Record, writer: Writer) -> list[Group]:
    """Return one card for each record of the person."""
    return list_cards([show_view(row, writer) for row in record.get("person", ())])


def show_view(row: Row, writer: Writer) -> Card:
    """Return what the shop makes of a person."""
    facts = Facts("person", row)
    lines = [
        *(line for name in TIMES for line in make_line(writer.name_label(name), writer.write_time(facts.take(name)))),
        *show_status(facts, writer),
        *make_line(writer.name_label("restricted"), writer.write_flag(True) if facts.take("restricted") else ""),
        *make_line(writer.name_label("next_due"), writer.write_time(facts.take("next_due"))),
        *show_ages(facts, writer),
        *show_joined(facts, writer),
        *show_friends(facts, writer),
        *make_line(writer.name_label("events"), write_count(facts.take("events"), writer)),
        *make_line(writer.name_label("written_at"), writer.write_time(facts.take("written_at"))),
    ]
    return Card("", tuple(lines), list_others(facts, writer))


def show_friends(facts: Facts, writer: Writer) -> list[Line]:
    """Return the link for friends, whom it brought, and the code that the person came with."""
    return [
        *make_line(writer.name_label("friend_link"), isolate_text(facts.take_text("friend_link"))),
        *make_line(writer.name_label("friends_came"), write_count(facts.take("friends_came"), writer)),
        *make_line(writer.name_label("friends_credited"), write_count(facts.take("friends_credited"), writer)),
        *make_line(writer.name_label("brought_by"), isolate_text(facts.take_text("brought_by"))),
    ]


def write_count(count: object, writer: Writer) -> str:
    """Return a count, "" for none."""
    return writer.write_number(count) if isinstance(count, int) else ""


def show_status(facts: Facts, writer: Writer) -> list[Line]:
    """Return the usual gap, and the status with its reason."""
    status, reason = facts.take_text("status"), facts.take_text("status_because")
    gap = BECAUSE["by_gap"].fullmatch(reason)
    since = writer.write_time(facts.take("status_since"))
    notes = (
        explain_because(reason, writer) if reason else "",
        writer.write_note("since", since),
    )
    return [
        *make_line(writer.name_label("usual_gap"), write_delay(writer, gap["gap"]) if gap else ""),
        *make_line(writer.name_label("status"), writer.words.statuses.get(status, status), notes=notes),
    ]


def show_ages(facts: Facts, writer: Writer) -> list[Line]:
    """Return every age that was stated."""
    lines: list[Line] = []
    for said in facts.take_list("ages"):
        if isinstance(said, Mapping):
            own = Facts("person.ages", said)
            age = own.take_text("age")
            field = "birth_year" if age.isdecimal() else "age_band"
            label, texts, _ = show_answer(field, int(age) if age.isdecimal() else age, writer)
            lines += make_line(label, *texts, notes=(writer.write_time(own.take("at")),))
            lines += list_others(own, writer)
    return lines


def show_joined(facts: Facts, writer: Writer) -> list[Line]:
    """Return when the first yes to each purpose was said."""
    return [
        line
        for purpose, at in facts.take_object("joined").items()
        for line in make_line(
            writer.words.labels["joined"].format(purpose=name_purpose(purpose, writer)), writer.write_time(at)
        )
    ]
