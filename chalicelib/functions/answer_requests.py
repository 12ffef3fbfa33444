"""Takes the next step of people's requests about their data: the mail with the code, the package."""

import logging
from typing import Any

from chalicelib.data_requests import run
from chalicelib.functions.quota import may_send
from chalicelib.functions.timing import read_time
from chalicelib.services import current_services

log = logging.getLogger(__name__)


def handle(event: dict[str, Any]) -> dict[str, int]:
    """Take one step with each request; packages are made also while SES lets the account send nothing."""
    services = current_services()
    counts = run.answer_requests(services, read_time(event), mails=may_send(services, "answer_requests"))
    log.info("answered", extra={"counts": counts})
    return counts
