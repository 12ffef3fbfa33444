"""Settles the inbox items that a batch of the table's stream names."""

import logging
from typing import Any

from chalicelib.functions.timing import read_latest
from chalicelib.services import current_services
from chalicelib.settling.dispatch import settle_keys
from chalicelib.store.inbox import read_new_keys

log = logging.getLogger(__name__)


def handle(event: dict[str, Any]) -> dict[str, Any]:
    """Settle what was inserted.

    No record is ever reported as failed: an item that cannot be settled now waits for the sweeper and blocks no other.
    """
    records = [record for record in event["Records"] if record["eventName"] == "INSERT"]
    keys = read_new_keys(records)
    if keys:
        counts = settle_keys(keys, current_services(), read_latest(records))
        log.info("settled", extra={"counts": counts})
    return {"batchItemFailures": []}
