"""Accepts SES's events of mails into the inbox."""

import logging
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from chalicelib.door import open_door
from chalicelib.errors import UnreadableError
from chalicelib.senders.ses import parse_notification

log = logging.getLogger(__name__)


def handle(event: dict[str, Any]) -> dict[str, int]:
    """Accept each notification that is about a mail of ours.

    Raise UnreadableError after the last where one could not be read: Lambda then tries twice more, and the alarm of
    this function tells staff. Such a notification goes to no queue, since SES writes addresses into it.
    """
    counts = Counter({"accepted": 0, "not ours": 0})
    for record in event["Records"]:
        counts[accept_record(record)] += 1
    log.info("feedback", extra={"counts": dict(counts)})
    if counts["unreadable"]:
        raise UnreadableError("feedback")
    return dict(counts)


def accept_record(record: dict[str, Any]) -> str:
    """Accept one notification; return what became of it."""
    try:
        moment = datetime.fromisoformat(record["Sns"]["Timestamp"]).astimezone(UTC)
        submission = parse_notification(record, moment)
    except UnreadableError as fault:
        log.error("feedback_unreadable", extra={"key": record["Sns"]["MessageId"], "reason": str(fault)})
        return "unreadable"
    if submission is None:
        return "not ours"
    open_door().accept(submission)
    return "accepted"
