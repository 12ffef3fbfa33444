"""Tally: responses.

https://tally.so/help/webhooks. 10 seconds; retried after 5 minutes, 30 minutes, 1 hour, 6 hours and 1 day.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from chalicelib.errors import UnreadableError
from chalicelib.models import JsonValue, Reading, ReadingKind, SenderName, Submission, Trust
from chalicelib.senders.delivery import UNKNOWN, open_body, read_body
from chalicelib.senders.json_values import get_path, read_id, read_part, read_parts, read_text, read_time
from chalicelib.senders.signatures import check_digest
from chalicelib.senders.source import describe_form_builder

SOURCE = describe_form_builder(SenderName.TALLY)
CONTENT_TYPES = ("application/json",)
EVENT_TYPE = re.compile(r"[A-Z_]{1,60}")
RESPONSE = "FORM_RESPONSE"
ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
KINDS = {
    "INPUT_EMAIL": "email",
    "INPUT_PHONE_NUMBER": "phone",
    "HIDDEN_FIELDS": "hidden",
    "CALCULATED_FIELDS": "hidden",
}


def is_ping(raw: bytes, headers: Mapping[str, str]) -> bool:
    """Tally has no handshake."""
    return False


def verify(
    raw: bytes, headers: Mapping[str, str], secrets: Sequence[bytes], now: datetime, *, address: str = ""
) -> None:
    """Check the digest over the raw body, which Tally sends as compact JSON; a webhook without a secret is refused."""
    check_digest(raw, headers.get("tally-signature", ""), secrets)


def parse(raw: bytes, headers: Mapping[str, str], now: datetime) -> Submission:
    """Name what arrived."""
    body = open_body(raw)
    topic, form_id = read_text(body, "eventType"), read_text(body, "data", "formId")
    moment = read_time(body, "data", "createdAt") or read_time(body, "createdAt") or now
    return Submission(
        sender=SenderName.TALLY,
        shop=form_id if ID.fullmatch(form_id) else "",
        topic=topic if EVENT_TYPE.fullmatch(topic) else UNKNOWN,
        trust=Trust.OWN,
        received_at=now,
        occurred_at=min(moment, now),
        claims=tuple(list_claims(body)),
        body=raw,
    )


def list_claims(body: Mapping[str, JsonValue]) -> Iterator[str]:
    """Yield the ids of the event and of the response."""
    ids = {"event": read_text(body, "eventId"), "response": read_text(body, "data", "submissionId")}
    return (f"{kind}:{value}" for kind, value in ids.items() if ID.fullmatch(value))


def interpret(submission: Submission) -> Reading:
    """Return what was answered; raise UnreadableError."""
    from chalicelib.senders.form_maps import find_mapping  # the door never needs these
    from chalicelib.senders.responses import Answer, read_response

    body = read_body(submission)
    if submission.topic != RESPONSE:
        return Reading(kind=ReadingKind.OTHER)
    if not (submission.shop and isinstance(get_path(body, "data", "fields"), list)):
        raise UnreadableError("tally: data.formId or data.fields is missing or odd")
    fields = read_parts(body, "data", "fields")
    answers = [
        Answer(
            name_field(field),
            KINDS.get(read_text(field, "type"), "other"),
            read_value(field),
            read_text(field, "label"),
            len(read_options(field, "options")),
            repeats_checkbox(field),
        )
        for field in fields
    ]
    return read_response(submission, answers, find_mapping(SenderName.TALLY, submission.shop), finished=True)


def name_field(field: Mapping[str, JsonValue]) -> tuple[str, ...]:
    """Return the names of a field: its label and key; the label of a hidden field begins with `hidden:`."""
    label, key = read_text(field, "label"), read_text(field, "key")
    first = f"hidden:{label}" if KINDS.get(read_text(field, "type")) == "hidden" else label
    return tuple(name for name in (first, key) if name)


def repeats_checkbox(field: Mapping[str, JsonValue]) -> bool:
    """Return whether a field is the yes or no of one checkbox, which its question has already listed."""
    return read_text(field, "type") == "CHECKBOXES" and isinstance(get_path(field, "value"), bool)


def read_value(field: Mapping[str, JsonValue]) -> JsonValue:
    """Return an answer with its option ids turned into what the visitor read."""
    value = get_path(field, "value")
    if read_text(field, "type") == "MATRIX":
        rows, columns = read_options(field, "rows"), read_options(field, "columns")
        return {rows.get(row, row): name_options(picked, columns) for row, picked in read_part(field, "value").items()}
    options = read_options(field, "options")
    return name_options(value, options) if options else value


def read_options(field: Mapping[str, JsonValue], name: str) -> dict[str, str]:
    """Return the texts of options by their ids."""
    return {read_id(option, "id"): read_text(option, "text") for option in read_parts(field, name)}


def name_options(picked: JsonValue, options: Mapping[str, str]) -> JsonValue:
    """Return option texts for ids, in the order given; an id without an option stays."""
    if isinstance(picked, list):
        return [name_options(choice, options) for choice in picked]
    return options.get(picked, picked) if isinstance(picked, str) else picked
