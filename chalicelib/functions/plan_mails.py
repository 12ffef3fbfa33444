"""Queues the ids of the customers who are due. It opens no record."""

import logging
from typing import Any

from chalicelib.functions.timing import read_time
from chalicelib.services import current_services

log = logging.getLogger(__name__)

LOOK_BACK_WEEKS = 6  # days that the planner missed are caught up; each occasion ends at its not_after


def handle(event: dict[str, Any]) -> dict[str, int]:
    """Queue the ids of customers who are due at the time of the schedule's event."""
    services = current_services()
    count = services.outreach_queue.send_ids(services.people_rows.list_due(read_time(event), LOOK_BACK_WEEKS))
    log.info("planned", extra={"counts": {"queued": count}})
    return {"queued": count}
