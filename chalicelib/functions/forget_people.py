"""Finishes erasures: sweeps, verifies, writes receipts, verifies again later."""

import logging
from typing import Any

from chalicelib.erasure.run import advance_erasures
from chalicelib.erasure.shops import erase_shop_customers
from chalicelib.functions.timing import read_time
from chalicelib.services import current_services

log = logging.getLogger(__name__)


def handle(event: dict[str, Any]) -> dict[str, int]:
    """Take every erasure further, and every erasure of a shop's customers."""
    services, now = current_services(), read_time(event)
    counts = {"by_shop": erase_shop_customers(services, now), **advance_erasures(services, now)}
    log.info("forgotten", extra={"counts": counts})
    return counts
