"""Accepts SES's events of mails into the inbox."""

import logging
from datetime import UTC, datetime
from typing import Any

from chalicelib.door import open_door
from chalicelib.senders.ses import parse_notification

log = logging.getLogger(__name__)


def handle(event: dict[str, Any]) -> dict[str, int]:
    """Accept each notification that is about a mail of ours."""
    counts = {"accepted": 0, "not ours": 0}
    for record in event["Records"]:
        moment = datetime.fromisoformat(record["Sns"]["Timestamp"]).astimezone(UTC)
        submission = parse_notification(record, moment)
        if submission is not None:
            open_door().accept(submission)
        counts["accepted" if submission else "not ours"] += 1
    log.info("feedback", extra={"counts": counts})
    return counts
