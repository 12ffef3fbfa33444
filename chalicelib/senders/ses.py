"""SES's events about a mail: sent, delivered, bounced, complained of. They enter by the same inbox as everything else.

SES publishes through a configuration set to SNS, at least once and in any order, perhaps before we have noted the
send ourselves. The mail is known by its tag: a random attempt id that stands in our own row, never by its address.
Only the fields that we use are kept: SES repeats subject, headers and address in each event.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from chalicelib.errors import MalformedError, TooLargeError
from chalicelib.models import JsonValue, Reading, ReadingKind, SenderName, Submission, Trust
from chalicelib.senders.source import Fact, Source
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
RECIPIENTS = {"Bounce": ("bounce", "bouncedRecipients"), "Complaint": ("complaint", "complainedRecipients")}


def parse_notification(record: Mapping[str, JsonValue], now: datetime) -> Submission | None:
    """Return the submission of one SNS record; None for a mail that is not tagged as ours, and for what is no event.

    SES sends a topic plain text ("Successfully validated SNS topic ...") when an operator sets the topic up.
    """
    message = record["Sns"]
    try:
        event = parse_object(message["Message"].encode())
    except (MalformedError, TooLargeError):
        return None
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


def read_attempt(event: Mapping[str, JsonValue]) -> str:
    """Return the attempt id among a mail's tags, each of which is a list."""
    tags = (event.get("mail") or {}).get("tags") or {}
    values = tags.get(ATTEMPT_TAG) or [""]
    return str(values[0])


def read_detail(event: Mapping[str, JsonValue], kind: str) -> dict[str, JsonValue]:
    """Return what suppression needs: the kind of bounce or complaint, and the addresses."""
    if kind not in RECIPIENTS:
        return {}
    part, recipients = RECIPIENTS[kind]
    detail = event.get(part) or {}
    return {
        "type": str(detail.get("bounceType") or detail.get("complaintFeedbackType") or ""),
        "subtype": str(detail.get("bounceSubType") or detail.get("complaintSubType") or ""),
        "addresses": [str(recipient.get("emailAddress") or "") for recipient in detail.get(recipients) or ()],
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
    return Reading(
        kind=ReadingKind.MAIL_EVENT,
        link=f"mail:{body['attempt']}",
        notes={"fact": fact, "stop": judge_stop(kind, body), "addresses": body.get("addresses", [])},
    )


def judge_stop(kind: str, body: Mapping[str, JsonValue]) -> str:
    """Return why an address must not be mailed again, or "".

    A permanent bounce and a complaint stop it; a complaint of type `not-spam` says the opposite; a transient bounce
    (a full mailbox, an out-of-office reply) counts and stops nothing.
    """
    if kind == "Bounce" and body["type"] == "Permanent":
        return "bounced"
    if kind == "Complaint" and body["type"] != "not-spam":
        return "complained"
    return ""


def read_time(text: JsonValue, otherwise: datetime) -> datetime:
    """Return an RFC 3339 time, aware UTC, or the other one."""
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except ValueError:
        return otherwise
