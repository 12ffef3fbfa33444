"""Takes the next step of mails that answer at once: requests about data, and the weekly mail to owners."""

import logging
from typing import Any

from chalicelib.data_requests import run
from chalicelib.functions.quota import may_send
from chalicelib.functions.timing import read_time
from chalicelib.services import current_services
from chalicelib.weekly.run import send_weekly

log = logging.getLogger(__name__)


def handle(event: dict[str, Any]) -> dict[str, int]:
    """Take one step with each request, then with each owner's weekly mail.

    Packages are made also while SES lets the account send nothing.
    """
    services, now = current_services(), read_time(event)
    mails = may_send(services, "answer_requests")
    counts = run.answer_requests(services, now, mails=mails)
    log.info("answered", extra={"counts": counts})
    weekly = send_weekly(services, now) if mails else {}
    if weekly:
        log.info("weekly", extra={"counts": weekly})
    return {**counts, **{f"weekly_{name}": n for name, n in weekly.items()}}
