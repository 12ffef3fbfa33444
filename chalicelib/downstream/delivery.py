"""One message of the queue, one attempt at one target; what fails comes back later and later, for about a day.

    2xx                     done
    410                     not tried again: set aside at once, which rings the alarm
    anything else           tried again after DELAYS, then set aside by SQS, which rings the alarm
    a target that is gone   done: it was taken out of the settings while the message waited

The id and the body are the same in every attempt; the time and the signature are those of the attempt.
"""

import http.client
import json
import logging
import random
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.downstream.http_post import post_bytes
from chalicelib.downstream.public_address import Network
from chalicelib.downstream.queue import Message, Messages, read_message
from chalicelib.downstream.signing import read_keys, sign_event
from chalicelib.downstream.target import read_target
from chalicelib.errors import MalformedError, TargetRefusedError, TryAgainLaterError
from chalicelib.store.parameters import Parameters

# Seconds after the first, second ... failure; together 22.6 hours. SQS hides a message for 12 hours at most.
DELAYS = (5, 60, 300, 1_800, 7_200, 14_400, 21_600, 36_000)
SPREAD = 0.1  # either way, so that what failed together does not come back together
PAUSE = timedelta(seconds=30)  # of a target that did not even answer
HEADERS = {"Content-Type": "application/json", "User-Agent": "Regulars"}
GONE = 410
# What an attempt may end in: the network, a refused address or secret, SSM or SQS.
FAULTS = (OSError, http.client.HTTPException, TargetRefusedError, TryAgainLaterError, ClientError, BotoCoreError)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Delivery:
    """What delivering works with. `paused_until` remembers until when a target that did not answer is left alone."""

    targets: Mapping[str, str]
    local: bool
    parameters: Parameters
    messages: Messages
    network: Network
    paused_until: dict[str, datetime] = field(default_factory=dict)


def deliver_records(records: Iterable[dict[str, Any]], tools: Delivery, now: datetime) -> list[str]:
    """Deliver a batch, each target in a thread of its own; return the message ids of what must come again."""
    target_groups: dict[str, list[tuple[dict[str, Any], Message]]] = {}
    failed: list[str] = []
    for record in records:
        try:
            message = read_message(record["body"])
        except (MalformedError, TypeError):  # not from our relay: SQS sets it aside in the end
            failed.append(record["messageId"])
        else:
            target_groups.setdefault(message.target, []).append((record, message))
    with ThreadPoolExecutor(max_workers=max(1, len(target_groups))) as pool:
        for some in pool.map(
            lambda target_group: deliver_target_group(target_group, tools, now), target_groups.values()
        ):
            failed += some
    return failed


def deliver_target_group(
    target_group: Iterable[tuple[dict[str, Any], Message]], tools: Delivery, now: datetime
) -> list[str]:
    """Deliver what is for one target, one after the other; return the message ids of what must come again."""
    return [record["messageId"] for record, message in target_group if not deliver_message(record, message, tools, now)]


def deliver_message(record: dict[str, Any], message: Message, tools: Delivery, now: datetime) -> bool:
    """Deliver one message; return whether it is done with. One that is not is hidden until its next attempt."""
    attempt = int(record["attributes"]["ApproximateReceiveCount"])
    told = {"key": message.id, "target": message.target, "attempt": attempt}
    try:
        reason = try_message(message, tools, now)
    except FAULTS as fault:
        reason = explain_fault(fault)
    if not reason:
        log.info("delivered", extra=told)
        return True
    log.warning("delivery_failed", extra={**told, "reason": reason})
    try:
        tools.messages.hide_message(record["receiptHandle"], choose_delay(attempt))
    except (ClientError, BotoCoreError) as fault:  # then it comes again after the queue's own time
        log.warning("delay_failed", extra={**told, "fault": type(fault).__name__})
    return False


def try_message(message: Message, tools: Delivery, now: datetime) -> str:
    """Make one attempt; return "" when the message is done with, else why not. Raise what the network raises."""
    address = tools.targets.get(message.target)
    if address is None:
        return ""
    if now < tools.paused_until.get(message.target, now):
        return "paused_until"
    target = read_target(message.target, address, local=tools.local)
    body = write_body(message)
    keys = read_keys(tools.parameters.read_values(now).get(message.target, ""))
    headers = {**HEADERS, **sign_event(message.id, int(now.timestamp()), body, keys)}
    try:
        status = post_bytes(target, body, headers, tools.network)
    except (OSError, http.client.HTTPException):
        tools.paused_until[message.target] = now + PAUSE
        raise
    if status == GONE:
        tools.messages.send_to_dead_letter(message)
    return "" if status == GONE or 200 <= status < 300 else f"status {status}"


def write_body(message: Message) -> bytes:
    """Return what is posted: the same bytes in every attempt."""
    body = {"type": message.type, "timestamp": message.timestamp, "data": message.data}
    return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()


def choose_delay(attempt: int) -> int:
    """Return seconds until the next attempt; after the last there is none, and SQS sets the message aside."""
    if attempt > len(DELAYS):
        return 0
    return round(DELAYS[attempt - 1] * random.uniform(1 - SPREAD, 1 + SPREAD))  # noqa: S311 - spreads, guards nothing


def explain_fault(fault: Exception) -> str:
    """Return why an attempt failed: our own words, or the kind of fault, which quotes nothing."""
    return str(fault) if isinstance(fault, TargetRefusedError) else type(fault).__name__
