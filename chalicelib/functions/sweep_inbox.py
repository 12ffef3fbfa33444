"""Settles the items that the stream missed."""

import logging
from typing import Any

from chalicelib.functions.timing import read_time
from chalicelib.services import current_services
from chalicelib.settling import dispatch

log = logging.getLogger(__name__)


def handle(event: dict[str, Any]) -> dict[str, int]:
    """Settle the items that are late at the time of the schedule's event."""
    counts = dispatch.sweep_inbox(current_services(), read_time(event))
    log.info("swept", extra={"counts": counts})
    return counts
