"""When a schedule is due, and the event that it fires."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from infra.rates import read_rate


def is_due(expression: str, last: datetime | None, now: datetime) -> bool:
    """Return whether a schedule that last fired at `last` fires now; it fires at once when it never has.

    A clock that was moved back counts as due too: otherwise nothing would fire until it caught up. Raise ValueError for
    an expression that is no rate.
    """
    every = read_rate(expression)
    return last is None or now < last or now - last >= every


def build_firing(name: str, now: datetime) -> dict[str, Any]:
    """Return the event that EventBridge sends when a schedule fires."""
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": "us-east-1",
        "resources": [f"arn:aws:events:us-east-1:000000000000:rule/{name}"],
        "detail": {},
    }
