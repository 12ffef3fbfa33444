"""Events in: what Lambda hands to the functions in app.py. The time comes from the event, never from the clock."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from chalicelib.errors import HandlerFailedError
from chalicelib.wiring import open_settling

log = logging.getLogger(__name__)


def settle_records(event: dict[str, Any]) -> dict[str, Any]:
    """Settle the inbox items that a stream batch names.

    No record is ever reported as failed: what cannot be settled now waits for the sweeper and blocks nobody.
    """
    from chalicelib.processing import settle_keys  # settling alone pays for its imports

    records = [record for record in event["Records"] if record["eventName"] == "INSERT"]
    keys = [record["dynamodb"]["Keys"]["pk"]["S"] for record in records]
    if keys:
        counts = settle_keys(keys, open_settling(), latest_time(records))
        log.info("settled", extra={"counts": counts})
    return {"batchItemFailures": []}


def latest_time(records: list[dict[str, Any]]) -> datetime:
    """Return when the youngest record was made (epoch seconds in the event), aware UTC."""
    return datetime.fromtimestamp(
        max(float(record["dynamodb"]["ApproximateCreationDateTime"]) for record in records), UTC
    )


def sweep_inbox(event: dict[str, Any]) -> dict[str, Any]:
    """Settle what is late at the time that the schedule's event names."""
    from chalicelib.processing import sweep_inbox as sweep

    counts = sweep(open_settling(), event_time(event))
    log.info("swept", extra={"counts": counts})
    return counts


def event_time(event: dict[str, Any]) -> datetime:
    """Return a schedule event's own time (RFC 3339), aware UTC."""
    return datetime.fromisoformat(event["time"]).astimezone(UTC)


def hide_failure(event: Any, handle_event: Callable[[Any], Any]) -> Any:
    """Log a crash by type and place, and pass on only the type: Lambda prints whatever text is raised."""
    try:
        return handle_event(event)
    except Exception as fault:
        log.exception("handler_failed")
        raise HandlerFailedError(type(fault).__name__) from None
