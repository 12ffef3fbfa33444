"""Walks over everybody, each night and when asked, and writes down what was added up."""

import logging
from typing import Any

from chalicelib.fold.run import fold_people
from chalicelib.functions.timing import read_time
from chalicelib.services import current_services

log = logging.getLogger(__name__)


def handle(event: dict[str, Any]) -> dict[str, int]:
    """Go on with the walk, or begin one that is due."""
    counts = fold_people(current_services(), read_time(event))
    if counts:
        log.info("folded", extra={"counts": counts})
    return counts
