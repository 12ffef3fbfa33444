"""What somebody sent by forms, and what other systems noted on one occasion: with the labels of the form."""

from collections.abc import Mapping

from chalicelib.data_requests.readable.facts import Facts, list_others, walk_leaves
from chalicelib.data_requests.readable.labels import find_title, show_answer
from chalicelib.data_requests.readable.names import name_purpose, name_sender, name_source
from chalicelib.data_requests.readable.orders import show_amount, show_item
from chalicelib.data_requests.readable.parts import Card, Group, Line, Record, fold_cards, make_line
from chalicelib.data_requests.readable.writer import Writer
from chalicelib.data_requests.values import Row
from chalicelib.models import JsonValue
from chalicelib.text import isolate_text

Origins = Mapping[str, Row]  # lines of the history by their times
QUIET = ("link", "outreach", "ses", "privacy")  # senders that make no entry


def build_entries(record: Record, writer: Writer) -> list[Group]:
    """Return every entry, newest first."""
    history = record.get("history", ())
    origins = {str(row.get("at")): row for row in history if row.get("sender") not in QUIET}
    return fold_cards([show_entry(row, origins, writer) for row in record.get("entries", ())], writer)


def show_entry(row: Row, origins: Origins, writer: Writer) -> Card:
    """Return one entry under the title of its form, or of its kind."""
    facts = Facts("entries", row)
    kind, at, values = facts.take_text("kind"), facts.take_text("at"), facts.take_object("values")
    origin = origins.get(at, {})
    sender = str(origin.get("sender") or "")
    form_name = str(origin.get("topic")) if sender == "form" else ""
    purposes = {name: str(purpose) for name, purpose in facts.take_object("sensitive").items()}
    lines = [
        *make_line(
            writer.name_label("at"), writer.write_time(at), notes=() if form_name else (name_sender(sender, writer),)
        ),
        *(show_cart(values, writer) if kind == "cart" else show_values(values, kind, form_name, purposes, writer)),
        *make_line(writer.name_label("channel"), name_source(facts.take_text("taken"), writer)),
        *make_line(writer.name_label("grade"), writer.words.grades["confirmed"] if facts.take("proven") else ""),
    ]
    title = find_title(form_name, writer) or writer.words.kinds.get(kind) or writer.name_label(kind)
    return Card(title, tuple(lines), list_others(facts, writer), at)


def show_values(
    values: Mapping[str, JsonValue], kind: str, form_name: str, purposes: Mapping[str, str], writer: Writer
) -> list[Line]:
    """Return a line for each answer; an answer that was taken back leaves its name."""
    lines: list[Line] = []
    asked = [field.name for form in writer.forms if form.name == form_name for field in form.fields]
    for name, value in sorted(
        values.items(), key=lambda pair: asked.index(pair[0]) if pair[0] in asked else len(asked)
    ):
        label, said, typed = show_answer(name, value, writer, form_name=form_name, kind=kind)
        notes = note_purpose(purposes.get(name, ""), writer)
        if isinstance(value, Mapping) or is_nested(value):
            for inner, leaf in walk_leaves(label, value):
                lines += make_line(inner, writer.write_value(leaf), notes=notes, typed=isinstance(leaf, str))
        else:
            lines += make_line(label, *said, notes=notes, typed=typed)
    for name in purposes.keys() - values.keys():
        label, _, _ = show_answer(name, None, writer, form_name=form_name, kind=kind)
        lines += make_line(label, writer.words.nothing, notes=note_purpose(purposes[name], writer))
    return lines


def note_purpose(purpose: str, writer: Writer) -> tuple[str, ...]:
    """Return by which consent a sensitive answer is kept."""
    return (writer.words.kept_by.format(purpose=name_purpose(purpose, writer)),) if purpose else ()


def is_nested(value: JsonValue) -> bool:
    """Return whether a list holds more than single values."""
    return isinstance(value, list | tuple) and any(isinstance(part, Mapping | list | tuple) for part in value)


def show_cart(values: Mapping[str, JsonValue], writer: Writer) -> list[Line]:
    """Return what lay in a cart."""
    facts = Facts("entries.cart", values)
    currency = facts.take_text("currency")
    items = [show_item(item, currency, writer) for item in facts.take_list("items") if isinstance(item, Mapping)]
    return [
        *make_line(writer.name_label("items"), *items),
        *show_amount("total", facts.take("total"), currency, writer),
        *make_line(writer.name_label("completed_at"), writer.write_time(facts.take("completed_at"))),
        *make_line(writer.name_label("recover_url"), isolate_text(facts.take_text("recover_url"))),
        *list_others(facts, writer),
    ]
