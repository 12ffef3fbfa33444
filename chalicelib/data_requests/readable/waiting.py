"""What waits: mails that would be sent, requests about data, and why an address gets no mail."""

from chalicelib.data_requests.readable.facts import Facts, list_others
from chalicelib.data_requests.readable.mails import name_campaign
from chalicelib.data_requests.readable.names import name_language, name_purpose
from chalicelib.data_requests.readable.parts import Card, Group, Line, Record, list_cards, make_line
from chalicelib.data_requests.readable.reasons import explain_because, write_kind
from chalicelib.data_requests.readable.writer import Writer
from chalicelib.data_requests.values import Row


def build_waiting(record: Record, writer: Writer) -> list[Group]:
    """Return plans, requests and stops, each under a title of its own."""
    words = writer.words
    stops = tuple(line for row in record.get("stops", ()) for line in show_stop(row, writer))
    return [
        *list_cards([show_plan(row, writer) for row in record.get("campaigns", ())], words.plans),
        *list_cards([show_request(row, writer) for row in record.get("requests", ())], words.asked),
        *list_cards([Card("", stops)] if stops else [], words.stopped),
    ]


def show_plan(row: Row, writer: Writer) -> Card:
    """Return whether a mail would be sent, when and why."""
    facts = Facts("campaigns", row)
    purpose, reason = facts.take_text("purpose"), facts.take_text("because")
    lines = [
        *make_line(writer.name_label("writes"), writer.write_flag(facts.take("writes") is True)),
        *make_line(writer.name_label("at"), writer.write_time(facts.take("at"))),
        *make_line(writer.name_label("because"), explain_because(reason, writer) if reason else ""),
        *make_line(writer.name_label("purpose"), name_purpose(purpose, writer) if purpose else ""),
    ]
    return Card(name_campaign(facts.take_text("campaign"), writer), tuple(lines), list_others(facts, writer))


def show_request(row: Row, writer: Writer) -> Card:
    """Return one request about data."""
    facts = Facts("requests", row)
    state, language = facts.take_text("state"), facts.take_text("language")
    title = write_kind(writer, facts.take_text("kind"))
    lines = [
        *make_line(writer.name_label("asked_at"), writer.write_time(facts.take("at"))),
        *make_line(writer.name_label("state"), writer.words.request_states.get(state, state)),
        *make_line(writer.name_label("language"), name_language(language)),
    ]
    return Card(title, tuple(lines), list_others(facts, writer))


def show_stop(row: Row, writer: Writer) -> list[Line]:
    """Return one reason why the address gets no mail."""
    facts = Facts("stops", row)
    reason = facts.take_text("reason")
    told = writer.words.stops.get(reason, reason)
    return [*make_line(told, writer.write_time(facts.take("at"))), *list_others(facts, writer)]
