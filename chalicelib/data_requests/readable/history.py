"""Everything as it came: one line for each message, with its sender; the message itself is in data.json."""

from chalicelib.data_requests.readable.facts import Facts, note_others
from chalicelib.data_requests.readable.names import name_form, name_language, name_sender
from chalicelib.data_requests.readable.parts import Card, Group, Record, join_lines, make_line
from chalicelib.data_requests.readable.writer import Writer
from chalicelib.data_requests.values import Row
from chalicelib.senders.ses import FACTS
from chalicelib.text import isolate_text


def build_history(record: Record, writer: Writer) -> list[Group]:
    """Return every message, newest first."""
    return join_lines([show_event(row, writer) for row in record.get("history", ())], writer)


def show_event(row: Row, writer: Writer) -> Card:
    """Return the line of one message."""
    facts, words = Facts("history", row), writer.words
    at, received, sender, topic = (facts.take_text(name) for name in ("at", "received_at", "sender", "topic"))
    shop, trust, network, language = (facts.take_text(name) for name in ("shop", "trust", "network", "language"))
    told = name_event(sender, topic, facts.take_text("kind"), writer)
    arrived = writer.write_time(received)
    notes = (
        words.trusts.get(trust, trust),
        isolate_text(shop),
        writer.write_note("network", isolate_text(network)),
        name_language(language),
        writer.write_note("received_at", arrived if arrived != writer.write_time(at) else ""),
        *note_others(facts, writer),
    )
    return Card("", tuple(make_line(writer.write_time(at), told, notes=notes)), at=at)


def name_event(sender: str, topic: str, kind: str, writer: Writer) -> str:
    """Return what a message was about; one of a shop system by its sender and the kind of what it says."""
    words = writer.words
    if sender == "form":
        return name_form(topic, writer)
    told = words.topics.get(f"{sender}-{topic}") or (
        words.outcomes.get(FACTS.get(topic, "")) if sender == "ses" else ""
    )
    return told or writer.join_texts([name_sender(sender, writer), words.kinds.get(kind, "") if kind != sender else ""])
