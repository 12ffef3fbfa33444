"""What somebody agreed to: each yes and no, by purpose, with the words they saw."""

from itertools import groupby

from chalicelib.data_requests.readable.facts import Facts, list_others
from chalicelib.data_requests.readable.names import name_language, name_purpose, name_source
from chalicelib.data_requests.readable.parts import MOST_UNFOLDED, Card, Group, Line, Record, make_line
from chalicelib.data_requests.readable.writer import Writer
from chalicelib.data_requests.values import Row
from chalicelib.text import isolate_text


def build_consents(record: Record, writer: Writer) -> list[Group]:
    """Return one group for each purpose, its statements newest first; the one that counts now is marked."""
    counting = list(record.get("consents", ()))
    told = [(row, find_counting(row, counting)) for row in record.get("consent_history", ())]
    shown = [current for _, current in told if current is not None]
    told = [(row if current is None else {**row, **current}, current) for row, current in told]
    told += [(row, row) for row in counting if row not in shown]
    ordered = sorted(told, key=lambda pair: str(pair[0].get("at")), reverse=True)
    by_purpose = groupby(sorted(ordered, key=lambda pair: str(pair[0]["purpose"])), key=lambda pair: pair[0]["purpose"])
    return [make_group(str(purpose), list(pairs), writer) for purpose, pairs in by_purpose]


def make_group(purpose: str, pairs: list[tuple[Row, Row | None]], writer: Writer) -> Group:
    """Return the statements about one purpose; many are folded."""
    cards = tuple(show_statement(row, current is not None, writer) for row, current in pairs)
    return Group(name_purpose(purpose, writer), cards, folded=len(cards) > MOST_UNFOLDED)


def find_counting(row: Row, counting: list[Row]) -> Row | None:
    """Return the consent that counts now, where it is the one of this line of the history."""
    return next((one for one in counting if is_same(row, one)), None)


def is_same(row: Row, current: Row) -> bool:
    """Return whether two rows are one statement; settling adds the mailbox to one that names none."""
    names = [name for name in current if name != "address" or row.get("address")]
    return all(row.get(name) == current[name] for name in names)


def show_statement(row: Row, counts: bool, writer: Writer) -> Card:
    """Return one yes or no with its evidence."""
    facts, words = Facts("consents", row), writer.words
    facts.take("purpose")
    state, at, language = facts.take_text("state"), facts.take_text("at"), facts.take_text("language")
    answer = words.answers.get(state, state).format(when=writer.write_time(at))
    grade, trust = facts.take_text("grade"), facts.take_text("trust")
    lines = [
        *make_line(writer.name_label("answer"), answer, notes=(words.current if counts else "",)),
        *make_line(writer.name_label("channel"), name_source(facts.take_text("channel"), writer)),
        *show_words(facts, language, writer),
        *make_line(writer.name_label("network"), facts.take_text("network"), typed=True),
        *make_line(
            writer.name_label("staff"),
            facts.take_text("staff"),
            notes=(writer.write_note("script", isolate_text(writer.write_day(facts.take_text("script")))),),
        ),
        *make_line(writer.name_label("mailbox"), facts.take_text("address"), typed=True),
        *make_line(writer.name_label("grade"), words.grades.get(grade, grade), notes=(words.trusts.get(trust, trust),)),
    ]
    return Card("", tuple(lines), list_others(facts, writer), at)


def show_words(facts: Facts, language: str, writer: Writer) -> list[Line]:
    """Return the words as they were shown, with their version and language."""
    version, said = facts.take_text("words_version"), facts.take_text("words")
    notes = (
        writer.write_note("version", isolate_text(writer.write_day(version))),
        name_language(language),
    )
    if not said:
        return make_line(writer.name_label("language"), *[note for note in notes if note])
    return make_line(writer.name_label("words"), said, notes=notes, typed=True, spoken=language)
