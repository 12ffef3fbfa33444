"""Queues events for the shop's own systems. It opens no record, and calls no system outside AWS."""

import logging
from typing import Any

from chalicelib.downstream import relay
from chalicelib.functions.timing import read_time
from chalicelib.services import current_services

log = logging.getLogger(__name__)


def handle(event: dict[str, Any]) -> dict[str, int]:
    """Queue the events of the outbox at the time of the schedule's event."""
    counts = relay.relay_events(current_services(), read_time(event))
    log.info("relayed", extra={"counts": counts})
    return counts
