"""Takes one step with each queued customer: at most one mail."""

import logging
import time
from typing import Any

from chalicelib.errors import MalformedError, TooLargeError
from chalicelib.functions.quota import ask_quota
from chalicelib.functions.timing import read_receipt_time
from chalicelib.mails.pace import LONGEST_RUN
from chalicelib.outreach.decide import handle_customer
from chalicelib.runs import run_each
from chalicelib.services import current_services
from chalicelib.strictjson import parse_json

log = logging.getLogger(__name__)


def handle(event: dict[str, Any]) -> dict[str, Any]:
    """Handle each message. A message some of whose people must wait comes back whole.

    So does one that cannot be read, until SQS moves it to the queue of failures (infra/template.yaml, Outreach).
    """
    end = time.monotonic() + LONGEST_RUN
    quota = ask_quota(current_services(), "send_mails")
    if quota is not None and not quota.allows_mail:
        return {"batchItemFailures": []}  # a used-up quota is no failure: due customers stay due, and are queued again
    failures = [record for record in event["Records"] if quota is None or not handle_record(record, end)]
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failures]}


def handle_record(record: dict[str, Any], end: float) -> bool:
    """Handle the people of one message until `end` (monotonic seconds); return whether all of them are done with."""
    services, now = current_services(), read_receipt_time(record["attributes"])
    ids = parse_ids(record["body"])
    if ids is None:
        log.error("message_unreadable", extra={"key": record["messageId"]})
        return False
    counts = run_each(ids, lambda each: handle_customer(each, services, now), name="mail", until=end)
    log.info("handled", extra={"counts": counts})
    return sum(counts.values()) == len(ids) and not counts.keys() & {"throttled", "postponed"}


def parse_ids(body: str) -> list[str] | None:
    """Return the customer ids of a message that `plan_mails` queued, or None for a body of another shape."""
    try:
        ids = parse_json(body.encode())
    except (MalformedError, TooLargeError):
        return None
    return ids if isinstance(ids, list) and all(isinstance(each, str) and each for each in ids) else None
