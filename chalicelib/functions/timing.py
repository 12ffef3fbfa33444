"""The time of an event, aware UTC: taken from the event and not from the clock, so that a repeat has the same time."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

HIDDEN_FOR = timedelta(seconds=360)  # the VisibilityTimeout of the queue of mails


def read_time(event: Mapping[str, Any]) -> datetime:
    """Return a schedule event's own time (RFC 3339)."""
    return datetime.fromisoformat(event["time"]).astimezone(UTC)


def read_latest(records: Sequence[Mapping[str, Any]]) -> datetime:
    """Return when the newest record of a batch was made (epoch seconds in the event)."""
    made = (float(record["dynamodb"]["ApproximateCreationDateTime"]) for record in records)
    return datetime.fromtimestamp(max(made), UTC)


def read_receipt_time(attributes: Mapping[str, str]) -> datetime:
    """Return when a message was received: SQS reports the first time, and how often the message came since.

    Each repetition is later by the queue's visibility timeout. With the first time alone, a message that first came by
    day would still cause a mail in the evening.
    """
    first = datetime.fromtimestamp(int(attributes["ApproximateFirstReceiveTimestamp"]) / 1000, UTC)
    return first + HIDDEN_FOR * (int(attributes.get("ApproximateReceiveCount", "1")) - 1)
