"""One message of the queue is one attempt at one target; a failed message comes again after growing delays.

    2xx                     done
    410                     not tried again: sent to the queue of failures at once, which rings the alarm
    any other status        tried again after DELAYS for about a day, then moved by SQS to the queue of failures
    a target that is gone   done: an operator removed it from the settings after the message was queued

The id and the body are the same in every attempt; the time and the signature are those of the attempt.
"""

import http.client
import json
import logging
import random
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.downstream.http_post import post_bytes
from chalicelib.downstream.messages import Message, read_message, write_message
from chalicelib.downstream.public_address import Network
from chalicelib.downstream.signing import read_keys, sign_event
from chalicelib.downstream.target import read_target, split_targets
from chalicelib.errors import MalformedError, TargetRefusedError, TryAgainLaterError
from chalicelib.services import Services

Record = dict[str, Any]  # a message as Lambda passes it on from SQS

# Seconds after the first, second ... failure; together 22.6 hours. SQS hides a message for 12 hours at most.
DELAYS = (5, 60, 300, 1_800, 7_200, 14_400, 21_600, 36_000)
SPREAD = 0.1  # either way, so that messages that failed together do not come again together
PAUSE = timedelta(seconds=30)  # of a target that did not answer at all
HEADERS = {"Content-Type": "application/json", "User-Agent": "Regulars"}
GONE = 410
# The errors of an attempt: the network, a refused address or secret, SSM or SQS.
FAULTS = (OSError, http.client.HTTPException, TargetRefusedError, TryAgainLaterError, ClientError, BotoCoreError)

log = logging.getLogger(__name__)


class Delivery:
    """The state of one container between batches: the targets, and until when each that did not answer is paused."""

    def __init__(self, services: Services, network: Network | None = None) -> None:
        """`network` is the resolver and TLS for the targets."""
        self.services = services
        self.targets = split_targets(services.settings.downstream)
        self.local = services.settings.stage == "local"
        self.network = network or Network()
        self.paused_until: dict[str, datetime] = {}


def deliver_records(records: Iterable[Record], delivery: Delivery, now: datetime) -> list[str]:
    """Deliver a batch, each target in a thread of its own; return the message ids of those that must come again."""
    groups: dict[str, list[tuple[Record, Message]]] = {}
    failed: list[str] = []
    for record in records:
        try:
            message = read_message(record["body"])
        except (MalformedError, TypeError):  # not from our relay: SQS sets it aside in the end
            failed.append(record["messageId"])
        else:
            groups.setdefault(message.target, []).append((record, message))
    with ThreadPoolExecutor(max_workers=max(1, len(groups))) as pool:
        for ids in pool.map(lambda group: deliver_group(group, delivery, now), groups.values()):
            failed += ids
    return failed


def deliver_group(group: Iterable[tuple[Record, Message]], delivery: Delivery, now: datetime) -> list[str]:
    """Deliver the messages for one target, one after the other; return the ids of those that must come again."""
    return [record["messageId"] for record, message in group if not deliver_message(record, message, delivery, now)]


def deliver_message(record: Record, message: Message, delivery: Delivery, now: datetime) -> bool:
    """Deliver one message; return whether it is done. A message that is not done is hidden until its next attempt."""
    attempt = int(record["attributes"]["ApproximateReceiveCount"])
    notes = {"key": message.id, "target": message.target, "attempt": attempt}
    try:
        reason = try_message(message, delivery, now)
    except FAULTS as fault:
        reason = explain_fault(fault)
    if not reason:
        log.info("delivered", extra=notes)
        return True
    log.warning("delivery_failed", extra={**notes, "reason": reason})
    try:
        delivery.services.downstream_queue.hide_message(record["receiptHandle"], choose_delay(attempt))
    except (ClientError, BotoCoreError) as fault:  # then it comes again after the queue's own time
        log.warning("delay_failed", extra={**notes, "fault": type(fault).__name__})
    return False


def try_message(message: Message, delivery: Delivery, now: datetime) -> str:
    """Make one attempt; return "" when the message is done, else the reason. Raise one of FAULTS."""
    address = delivery.targets.get(message.target)
    if address is None:
        return ""
    if now < delivery.paused_until.get(message.target, now):
        return "paused"
    target = read_target(message.target, address, local=delivery.local)
    body = write_body(message)
    keys = read_keys(delivery.services.signing_secrets.read_values(now).get(message.target, ""))
    headers = {**HEADERS, **sign_event(message.id, int(now.timestamp()), body, keys)}
    try:
        status = post_bytes(target, body, headers, delivery.network)
    except (OSError, http.client.HTTPException):
        delivery.paused_until[message.target] = now + PAUSE
        raise
    if status == GONE:
        delivery.services.downstream_queue.send_to_dead_letter(write_message(message))
    return "" if status == GONE or 200 <= status < 300 else f"status {status}"


def write_body(message: Message) -> bytes:
    """Return the body of the post: the same bytes in every attempt."""
    body = {"type": message.type, "timestamp": message.timestamp, "data": message.data}
    return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()


def choose_delay(attempt: int) -> int:
    """Return seconds until the next attempt; after the last one SQS moves the message to the queue of failures."""
    if attempt > len(DELAYS):
        return 0
    return round(DELAYS[attempt - 1] * random.uniform(1 - SPREAD, 1 + SPREAD))  # noqa: S311 - spreads the load, protects nothing


def explain_fault(fault: Exception) -> str:
    """Return why an attempt failed: our own text, or the error's type, which holds no data."""
    return str(fault) if isinstance(fault, TargetRefusedError) else type(fault).__name__
