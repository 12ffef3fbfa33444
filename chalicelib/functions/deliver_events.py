"""Posts events to the shop's own systems, signed. It reads no table."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from chalicelib.downstream.delivery import Delivery, deliver_records
from chalicelib.services import current_services


def handle(event: dict[str, Any]) -> dict[str, Any]:
    """Post each message of a batch to its target; a message that fails comes again later.

    This handler reads the clock: SQS does not report when a message comes again, and a signature carries the time of
    its attempt.
    """
    failed = deliver_records(event["Records"], open_delivery(), datetime.now(UTC))
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


@cache
def open_delivery() -> Delivery:
    """Return this container's delivery: it remembers which target did not answer."""
    return Delivery(current_services())
