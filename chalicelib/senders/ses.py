"""SES's events about a mail: sent, delivered, bounced, complained of. They enter by the same inbox as everything else.

SES publishes through a configuration set to SNS, at least once and in any order, perhaps before we have noted the
send ourselves. The mail is known by its tag: a random attempt id that stands in our own row, never by its address. Whom
a bounce or complaint stops is told by that row too: the addresses in an event are those of the last mail server, which
may have forwarded the mail. Only the fields that we use are kept: SES repeats subject, headers and address in each
event.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from chalicelib.errors import MalformedError, TooLargeError, UnreadableError
from chalicelib.models import JsonValue, Reading, ReadingKind, SenderName, Submission, Trust
from chalicelib.senders.source import Fact, Source
from chalicelib.shop.stops import StopReason
from chalicelib.strictjson import dump_json, parse_object

SOURCE = Source(
    name=SenderName.SES, kinds=(ReadingKind.MAIL_EVENT,), facts=(Fact.FATE,), purposes=("measuring", "safety")
)
ATTEMPT_TAG = "attempt"
# What a report counts. SES's own Click and Open come from image and link rewriting, which machines trigger too.
FACTS = {
    "Send": "handed_over",
    "Delivery": "delivered",
    "Bounce": "bounced",
    "Complaint": "complained",
    "Reject": "rejected",
    "Open": "opened",
    "Click": "clicked_ses",
    "DeliveryDelay": "delayed",
    "Rendering Failure": "failed",
    "Subscription": "subscription",
}
SET_UP = "Successfully validated SNS topic"  # what SES sends, as plain text, when an operator sets the topic up
LISTED = (
    "OnAccountSuppressionList"  # SES did not try: Amazon counts no bounce (SES developer guide, contents of events)
)


def parse_notification(record: Mapping[str, JsonValue], now: datetime) -> Submission | None:
    """Return the submission of one SNS record; None for a mail that is not tagged as ours, and for SES's set-up text.

    Raise UnreadableError for what is no event of SES's shape.
    """
    message = record["Sns"]
    if message["Message"].startswith(SET_UP):
        return None
    event = parse_event(message["Message"])
    kind = str(event.get("eventType") or event.get("notificationType") or "")
    attempt = read_attempt(event)
    if kind not in FACTS or not attempt:
        return None
    return Submission(
        sender=SenderName.SES,
        topic=kind,
        trust=Trust.SIGNED,
        received_at=now,
        occurred_at=min(now, read_time(message.get("Timestamp"), now)),
        claims=(f"sns:{message['MessageId']}",),
        body=dump_json({"attempt": attempt, "kind": kind, **read_detail(event, kind)}),
    )


def parse_event(text: str) -> dict[str, JsonValue]:
    """Return an event as JSON; raise UnreadableError."""
    try:
        return parse_object(text.encode())
    except (MalformedError, TooLargeError) as fault:
        raise UnreadableError(f"feedback: {type(fault).__name__}") from None


def read_part(event: Mapping[str, JsonValue], name: str) -> Mapping[str, JsonValue]:
    """Return an object inside an event, empty where it is missing; raise UnreadableError for another shape."""
    part = event.get(name) or {}
    if not isinstance(part, Mapping):
        raise UnreadableError(f"feedback: {name}")
    return part


def read_attempt(event: Mapping[str, JsonValue]) -> str:
    """Return the attempt id among a mail's tags, each of which is a list."""
    values = read_part(read_part(event, "mail"), "tags").get(ATTEMPT_TAG) or [""]
    if not isinstance(values, list):
        raise UnreadableError("feedback: tags")
    return str(values[0])


def read_detail(event: Mapping[str, JsonValue], kind: str) -> dict[str, JsonValue]:
    """Return the kind of a bounce or complaint, and none of its addresses."""
    if kind not in ("Bounce", "Complaint"):
        return {}
    detail = read_part(event, kind.lower())
    return {
        "type": str(detail.get("bounceType") or detail.get("complaintFeedbackType") or ""),
        "subtype": str(detail.get("bounceSubType") or detail.get("complaintSubType") or ""),
    }


def interpret(submission: Submission) -> Reading:
    """Return what an event means for the mail and its address."""
    body = parse_object(submission.body)
    kind = str(body["kind"])
    fact = FACTS[kind]
    if kind == "Bounce" and body["type"] != "Permanent":
        fact = "bounced_soft"
    if kind == "Complaint" and body["type"] == "not-spam":
        fact = "not_spam"
    stop = judge_stop(kind, body)
    return Reading(
        kind=ReadingKind.MAIL_EVENT,
        link=f"mail:{body['attempt']}",
        notes={"fact": fact, "stop": stop, "harm": "" if body.get("subtype") == LISTED else stop},
    )


def judge_stop(kind: str, body: Mapping[str, JsonValue]) -> str:
    """Return why an address must not be mailed again, or "".

    A permanent bounce and a complaint stop it; a complaint of type `not-spam` says the opposite; any other bounce (a
    full mailbox, an out-of-office reply, `Undetermined`) is counted, and several of them stop it (`shop.stops`).
    """
    if kind == "Bounce" and body["type"] == "Permanent":
        return StopReason.BOUNCED.value
    if kind == "Complaint" and body["type"] != "not-spam":
        return StopReason.COMPLAINED.value
    return ""


def read_time(text: JsonValue, otherwise: datetime) -> datetime:
    """Return an RFC 3339 time, aware UTC, or the other one."""
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except ValueError:
        return otherwise
