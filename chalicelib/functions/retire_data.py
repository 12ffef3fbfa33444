"""Deletes data whose period is over, of today's share of the customers."""

import logging
from typing import Any

from chalicelib.functions.timing import read_time
from chalicelib.retention.run import retire_people
from chalicelib.services import current_services

log = logging.getLogger(__name__)


def handle(event: dict[str, Any]) -> dict[str, int]:
    """Review every customer who is due."""
    counts = retire_people(current_services(), read_time(event))
    log.info("retired", extra={"counts": counts})
    return counts
