"""Settle: one inbox item takes its effect exactly once, in one transaction, or is parked with a reason.

    read the item -> open -> read its words -> whose is it? -> fold -> commit all or nothing
                                                                        |
        inbox tombstone + history event + profile + identity rows + claims (+ the key of a new customer)

A crash anywhere before the commit leaves the item new, and the sweeper starts over. A crash after it leaves nothing
to do. Two workers on one item, or on one person, meet in the transaction's conditions: the loser reads again.
"""

import logging
import random
import time
from collections.abc import Iterable
from datetime import datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import RaceLostError, RegularsError, SealBrokenError, UnreadableError
from chalicelib.models import utc_text
from chalicelib.senders import read_submission
from chalicelib.settling.commit import OpenedItem, Settling, commit_item
from chalicelib.settling.data_requests import is_data_request, settle_request
from chalicelib.settling.double_optin import (
    is_optin_answer,
    is_optin_mail_event,
    needs_optin,
    settle_optin_answer,
    settle_optin_mail_event,
    wait_for_confirmation,
)
from chalicelib.settling.shopify_compliance import is_compliance, settle_compliance
from chalicelib.store.inbox import InboxItem, State, name_shards

log = logging.getLogger(__name__)

TURNS = 8  # tries against rivals before the item is left to the next sweep
STREAM_LEAD = timedelta(seconds=60)  # the stream settles what is younger


def settle_keys(keys: Iterable[str], tools: Settling, now: datetime) -> dict[str, int]:
    """Settle each item; one that fails is logged by key and left to the sweeper. Return counts by outcome."""
    counts: dict[str, int] = {}
    for key in keys:
        try:
            outcome = settle_item(key, tools, now)
        except (RegularsError, ClientError, BotoCoreError) as fault:
            log.warning("settle_postponed", extra={"key": key, "fault": type(fault).__name__})
            outcome = "postponed"
        counts[outcome] = counts.get(outcome, 0) + 1
    return counts


def sweep_inbox(tools: Settling, now: datetime) -> dict[str, int]:
    """Settle everything that the stream should have settled by now: lost records, crashes, outages."""
    before = utc_text(now - STREAM_LEAD)
    late = [key for shard in name_shards() for key in tools.inbox.list_pending(shard, before)]
    return settle_keys(late, tools, now)


def settle_item(key: str, tools: Settling, now: datetime) -> str:
    """Settle one item; return its state afterwards. Raise RaceLostError or KeyUnavailableError to try later."""
    for turn in range(TURNS):
        item = tools.inbox.read_item(key)
        if item is None or item.state is not State.NEW:
            return "gone" if item is None else item.state.value
        try:
            return settle_once(item, tools, now).value
        except RaceLostError:
            time.sleep(random.uniform(0, 0.02 * 2**turn))  # noqa: S311 - spreads rivals, guards nothing
        except (SealBrokenError, UnreadableError) as fault:
            return park_item(key, f"{type(fault).__name__}: {fault}", tools)
        except ClientError as fault:
            if fault.response["Error"]["Code"] != "ValidationException":
                raise
            return park_item(key, "ValidationException", tools)  # a row past 400 KB: waiting would not help
    raise RaceLostError(key)


def park_item(key: str, reason: str, tools: Settling) -> str:
    """Set an item aside and say so."""
    tools.inbox.park_item(key, reason)
    log.error("submission_parked", extra={"key": key, "reason": reason})
    return State.PARKED.value


def settle_once(item: InboxItem, tools: Settling, now: datetime) -> State:
    """Settle an item as the tables stand now; raise RaceLostError when they changed meanwhile."""
    submission = tools.opener.open_submission(item.key, item.sealed)
    opened = OpenedItem(item, submission, read_submission(submission))
    if needs_optin(opened):
        return wait_for_confirmation(opened, tools, now)
    if is_optin_answer(opened):
        return settle_optin_answer(opened, tools, now)
    if is_compliance(opened):
        return settle_compliance(opened, tools, now)
    if is_data_request(opened):
        return settle_request(opened, tools, now)
    if is_optin_mail_event(opened, tools):
        return settle_optin_mail_event(opened, tools, now)
    return commit_item(opened, tools, now)
