"""What staff write down about a customer at the desk, as the customer said it or as they saw it themselves.

    note        a note for the shop's own people
    withdraw    the customer ended a consent at the counter or on the telephone

The desk opens the record and writes the event in one transaction (`settling.staff_acts`): no name is looked up.
"""

from collections.abc import Mapping
from datetime import datetime

from chalicelib.errors import MalformedError, TooLargeError, UnreadableError
from chalicelib.models import (
    Consent,
    ConsentState,
    Entry,
    JsonValue,
    Reading,
    ReadingKind,
    SenderName,
    Submission,
    Trust,
)
from chalicelib.senders.source import Fact, Source
from chalicelib.strictjson import dump_json, parse_object

SOURCE = Source(
    name=SenderName.STAFF,
    kinds=(ReadingKind.NOTE, ReadingKind.CONSENT),
    facts=(Fact.NOTES, Fact.CONSENTS),
    purposes=("proof",),
)
CHANNEL = "staff"


def write_note(text: str, now: datetime, *, warns: bool) -> Submission:
    """Return a note; one that warns is shown before anything else of the customer."""
    return write_act("note", now, {"note": text, "warn": warns})


def withdraw_consent(purpose: str, now: datetime, *, language: str) -> Submission:
    """Return the withdrawal of a consent, as the customer asked for it."""
    return write_act("withdraw", now, {"purpose": purpose, "language": language})


def write_act(topic: str, now: datetime, body: Mapping[str, JsonValue]) -> Submission:
    return Submission(
        sender=SenderName.STAFF,
        topic=topic,
        trust=Trust.OWN,
        received_at=now,
        occurred_at=now,
        body=dump_json(dict(body)),
    )


def interpret(submission: Submission) -> Reading:
    """Return what staff wrote down; raise UnreadableError."""
    try:
        body = parse_object(submission.body)
        if submission.topic == "note":
            return read_note(submission, body)
        return read_withdrawal(submission, body)
    except (MalformedError, TooLargeError, KeyError, TypeError, ValueError):
        raise UnreadableError("staff body is not of the shape we write") from None


def read_note(submission: Submission, body: Mapping[str, JsonValue]) -> Reading:
    """Read a note. `warn` stands in the entry only where it is true."""
    values = {"note": str(body["note"]), **({"warn": True} if body["warn"] is True else {})}
    return Reading(kind=ReadingKind.NOTE, entry=Entry(kind=ReadingKind.NOTE, at=submission.occurred_at, values=values))


def read_withdrawal(submission: Submission, body: Mapping[str, JsonValue]) -> Reading:
    """Read a withdrawal: a no needs no words and no proof."""
    consent = Consent(
        purpose=str(body["purpose"]),
        state=ConsentState.WITHDRAWN,
        at=submission.occurred_at,
        channel=CHANNEL,
        language=str(body["language"]),
    )
    return Reading(kind=ReadingKind.CONSENT, consents=(consent,))
