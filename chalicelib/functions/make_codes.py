"""Makes codes of offers ahead at the shop, and removes those that are over. It opens no record."""

import logging
from typing import Any

from chalicelib.functions.timing import read_time
from chalicelib.offers.run import make_offers
from chalicelib.services import current_services

log = logging.getLogger(__name__)


def handle(event: dict[str, Any]) -> dict[str, int]:
    """Bring the codes of every campaign on."""
    counts = make_offers(current_services(), read_time(event))
    log.info("codes_made", extra={"counts": counts})
    return counts
