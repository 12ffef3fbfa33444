"""What staff enter for a person who asked for it at the counter: the end of a restriction."""

import secrets
from datetime import datetime

from chalicelib.models import Submission, Trust
from chalicelib.privacy.actions import SENDER
from chalicelib.strictjson import dump_json


def end_restriction(email: str, now: datetime) -> Submission:
    """Return the Submission that lets a person's data be used again."""
    return Submission(
        sender=SENDER,
        topic="lift",
        trust=Trust.RENDERED,
        received_at=now,
        occurred_at=now,
        idempotency_key=secrets.token_urlsafe(12),
        body=dump_json({"email": email}),
    )
