"""Closes mails whose outcome stayed unknown."""

import logging
from typing import Any

from chalicelib.functions.quota import may_send
from chalicelib.functions.timing import read_time
from chalicelib.outreach import reconcile
from chalicelib.services import current_services

log = logging.getLogger(__name__)


def handle(event: dict[str, Any]) -> dict[str, int]:
    """Close mails that stayed open for an hour, if SES lets the account send at all."""
    services = current_services()
    if not may_send(services, "reconcile_mails"):
        return {}
    counts = reconcile.reconcile_mails(services, read_time(event))
    log.info("reconciled", extra={"counts": counts})
    return counts
