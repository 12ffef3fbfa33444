"""What SES says later of a mail, as SNS hands it over."""

import json
from datetime import datetime
from typing import Any

from chalicelib.models import Submission
from chalicelib.senders.ses import parse_notification


def make_word(kind: str, attempt: str, address: str, at: datetime) -> Submission:
    """Return the submission of one event about one attempt."""
    detail: dict[str, Any] = {}
    if kind == "Bounce":
        detail = {"bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": address}]}}
    event = {"eventType": kind, "mail": {"tags": {"attempt": [attempt]}}, **detail}
    sns = {"MessageId": f"{kind}-{attempt}", "Timestamp": at.isoformat(), "Message": json.dumps(event)}
    submission = parse_notification({"Sns": sns}, at)
    assert submission is not None
    return submission
