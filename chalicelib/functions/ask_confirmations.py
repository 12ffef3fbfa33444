"""Mails the question of a double opt-in."""

import logging
from typing import Any

from chalicelib.functions.quota import may_send
from chalicelib.functions.timing import read_time
from chalicelib.optin.ask import ask_waiting
from chalicelib.services import current_services

log = logging.getLogger(__name__)


def handle(event: dict[str, Any]) -> dict[str, int]:
    """Ask about each item that is due, if SES lets the account send at all."""
    services = current_services()
    if not may_send(services, "ask_confirmations"):
        return {}
    counts = ask_waiting(services, read_time(event))
    log.info("asked", extra={"counts": counts})
    return counts
