"""Typeform: complete and partial responses.

https://www.typeform.com/developers/webhooks. 404 or 410 disables the webhook at once; 429, 408, 423 and 503 are
retried every 2-3 minutes for 10 hours.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from chalicelib.errors import UnreadableError
from chalicelib.models import JsonValue, Reading, ReadingKind, SenderName, Submission, Trust
from chalicelib.senders.delivery import UNKNOWN, open_body, read_body
from chalicelib.senders.json_values import choose_text, get_path, read_id, read_part, read_parts, read_text, read_time
from chalicelib.senders.signatures import check_digest
from chalicelib.senders.source import describe_form_builder

SOURCE = describe_form_builder(SenderName.TYPEFORM)
CONTENT_TYPES = ("application/json",)
EVENT_TYPE = re.compile(r"[a-z_]{1,60}")
COMPLETE = "form_response"
RESPONSES = (COMPLETE, "form_response_partial")
ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
# An answer's `type` names the key of its value; these values are kept as they are.
PLAIN = ("boolean", "date", "email", "file_url", "number", "phone_number", "text", "url")
KINDS = {"email": "email", "phone_number": "phone"}


def is_ping(raw: bytes, headers: Mapping[str, str]) -> bool:
    """Typeform has no handshake; its test requests are signed deliveries."""
    return False


def verify(
    raw: bytes, headers: Mapping[str, str], secrets: Sequence[bytes], now: datetime, *, address: str = ""
) -> None:
    """Check `sha256=` and the digest; a webhook that was set up without a secret is refused."""
    check_digest(raw, headers.get("typeform-signature", ""), secrets, prefix="sha256=")


def parse(raw: bytes, headers: Mapping[str, str], now: datetime) -> Submission:
    """Name what arrived."""
    body = open_body(raw)
    topic = read_text(body, "event_type")
    form_id = read_text(body, "form_response", "form_id")
    return Submission(
        sender=SenderName.TYPEFORM,
        shop=form_id if ID.fullmatch(form_id) else "",
        topic=topic if EVENT_TYPE.fullmatch(topic) else UNKNOWN,
        trust=Trust.OWN,
        received_at=now,
        occurred_at=min(read_time(body, "form_response", "submitted_at") or now, now),
        claims=tuple(list_claims(body, topic)),
        body=raw,
    )


def list_claims(body: Mapping[str, JsonValue], topic: str) -> Iterator[str]:
    """Yield the event's id, and the response's if complete: partial ones of one response follow each other."""
    event_id, token = read_text(body, "event_id"), read_text(body, "form_response", "token")
    if ID.fullmatch(event_id):
        yield f"event:{event_id}"
    if topic == COMPLETE and ID.fullmatch(token):
        yield f"response:{token}"


def interpret(submission: Submission) -> Reading:
    """Return what was answered; raise UnreadableError."""
    from chalicelib.senders.form_maps import find_mapping  # the door never needs these
    from chalicelib.senders.responses import Answer, read_response

    response = read_part(read_body(submission), "form_response")
    if submission.topic not in RESPONSES:
        return Reading(kind=ReadingKind.OTHER)
    if not submission.shop:
        raise UnreadableError("typeform: form_response.form_id is missing or odd")
    questions = {read_id(field, "id"): field for field in read_parts(response, "definition", "fields")}
    answers = [
        Answer(
            name_field(answer),
            KINDS.get(read_text(answer, "type"), "other"),
            read_answer(answer),
            read_text(questions.get(read_id(answer, "field", "id"), {}), "title"),
            count_options(questions.get(read_id(answer, "field", "id"), {})),
        )
        for answer in read_parts(response, "answers")
    ]
    answers += [Answer((f"hidden:{name}",), "hidden", value) for name, value in list_hidden(response).items()]
    mapping = find_mapping(SenderName.TYPEFORM, submission.shop)
    return read_response(submission, answers, mapping, finished=submission.topic == COMPLETE)


def name_field(answer: Mapping[str, JsonValue]) -> tuple[str, ...]:
    """Return a question's reference and id; old payloads have the id alone."""
    names = (read_text(answer, "field", "ref"), read_text(answer, "field", "id"))
    return tuple(name for name in names if name)


def count_options(question: Mapping[str, JsonValue]) -> int:
    """Return how many options a question has, or 0 where the delivery does not say."""
    return len(read_parts(question, "choices") or read_parts(question, "properties", "choices"))


def list_hidden(response: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return what no question asked: the score, computed variables, and what the form's link carried along."""
    computed = {read_text(part, "key"): get_path(part, read_text(part, "type")) for part in list_variables(response)}
    return {**read_part(response, "calculated"), **computed, **read_part(response, "hidden")}


def list_variables(response: Mapping[str, JsonValue]) -> list[dict[str, JsonValue]]:
    """Return the form's variables that have a name."""
    return [part for part in read_parts(response, "variables") if read_text(part, "key")]


def read_answer(answer: Mapping[str, JsonValue]) -> JsonValue:
    """Return one answer's value: as it is, as labels, or, of a type we do not know, whole."""
    kind = read_text(answer, "type")
    if kind in PLAIN:
        return get_path(answer, kind)
    if kind == "choice":
        return choose_text(*(read_text(answer, "choice", name) for name in ("label", "other", "ref", "id")))
    if kind == "choices":
        return read_choices(read_part(answer, "choices"))
    if kind == "payment":  # the digits of a card are never kept
        return {name: value for name, value in read_part(answer, "payment").items() if name != "last4"}
    return get_path(answer, kind) or {name: value for name, value in answer.items() if name not in ("field", "type")}


def read_choices(choices: Mapping[str, JsonValue]) -> list[str]:
    """Return the labels in the order given, with the visitor's own words last.

    Never by position: `ids` also counts `other`. Old payloads have labels alone.
    """
    lists = (list_texts(choices, name) for name in ("labels", "refs", "ids"))
    picked = [text for text in next(filter(None, lists), []) if text != "other"]
    own = read_text(choices, "other")
    return [*picked, own] if own else picked


def list_texts(part: Mapping[str, JsonValue], name: str) -> list[str]:
    """Return the texts in a list."""
    found = get_path(part, name)
    return [text for text in found if isinstance(text, str)] if isinstance(found, list) else []
