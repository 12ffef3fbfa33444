"""Settle: one inbox item takes its effect exactly once, in one transaction, or is parked with a reason.

    read the item -> open -> read what it says -> choose who settles it -> commit all or nothing
                                                                        |
        inbox tombstone + history event + profile + identity rows + claims (+ the key of a new customer)

After a crash before the commit the item is still new, and the sweeper starts over. After a crash behind the commit
nothing is left to do. Two workers on one item, or on one person, meet in the transaction's conditions: one commits, the
other reads again.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import zip_longest

from botocore.exceptions import ClientError

from chalicelib.errors import OversizeError, RaceLostError, RowTwiceError, SealBrokenError, UnreadableError
from chalicelib.models import utc_text
from chalicelib.runs import read_each, run_each
from chalicelib.senders import read_submission
from chalicelib.services import Services
from chalicelib.settling.commit import commit_item
from chalicelib.settling.data_requests import settle_request
from chalicelib.settling.double_optin import settle_form, settle_link, settle_mail_event
from chalicelib.settling.history import OpenedItem
from chalicelib.settling.shopify_compliance import settle_compliance
from chalicelib.settling.till import open_entry, settle_entry
from chalicelib.settling.waiting import bound_quarantine, park_item
from chalicelib.store.inbox import ORPHANS, InboxItem, State, name_shards

ORPHAN_MINUTES, ORPHAN_DAYS = timedelta(minutes=15), timedelta(days=2)  # senders send an order and its refund apart
RETRIES = 8  # against rivals, before the item is left to the next sweep
LONGEST_SWEEP = 40.0  # seconds; the function has 60, and the next run goes on
# What is younger the stream settles, within a second or two as a rule: a sweep beside it would open those items twice.
STREAM_LEAD = timedelta(seconds=60)

Settler = Callable[[OpenedItem, Services, datetime], State]
# By sender, where an item can do more than enter a customer's history.
SETTLERS: Mapping[str, Settler] = {
    "form": settle_form,
    "link": settle_link,
    "privacy": settle_request,
    "ses": settle_mail_event,
    "till": settle_entry,
}


def settle_keys(keys: Iterable[str], services: Services, now: datetime, until: float | None = None) -> dict[str, int]:
    """Settle each item until `until` (monotonic seconds); one that fails is left to the sweeper.

    Return counts by outcome.
    """
    return run_each(keys, lambda key: settle_item(key, services, now), name="settle", until=until)


def sweep_inbox(services: Services, now: datetime) -> dict[str, int]:
    """Settle every item that the stream should have settled by now: after lost records, crashes and outages."""
    until = time.monotonic() + LONGEST_SWEEP
    retry_orphans(services, now)
    bound_quarantine(services, now)
    before = utc_text(now - STREAM_LEAD)
    late = take_turns([services.inbox.list_pending(shard, before) for shard in name_shards()])
    return settle_keys(late, services, now, until=until)


def take_turns(shards: Iterable[Iterable[str]]) -> Iterator[str]:
    """Yield a key of each shard in turn: many items of one shard that fail must not hide the others."""
    for row in zip_longest(*shards):
        yield from (key for key in row if key is not None)


def retry_orphans(services: Services, now: datetime) -> None:
    """Send refunds whose order was unknown back to be settled: each minute at first, then each hour, for two days."""
    inbox = services.inbox
    hourly = now.minute == 0
    since = utc_text(now - (ORPHAN_DAYS if hourly else ORPHAN_MINUTES))
    for item in read_each(inbox.list_pending(ORPHANS, since=since), inbox.read_item, name="orphan"):
        if item.state is State.NAMELESS:
            inbox.release_item(item.key, State.NAMELESS)


def settle_item(key: str, services: Services, now: datetime) -> str:
    """Settle one item; return its state afterwards. Raise RaceLostError or KeyUnavailableError to try later."""
    for turn in range(RETRIES):
        item = services.inbox.read_item(key)
        if item is None or item.state is not State.NEW:
            return "gone" if item is None else item.state.value
        try:
            return settle_once(item, services, now).value
        except RaceLostError:
            time.sleep(random.uniform(0, 0.02 * 2**turn))  # noqa: S311 - spreads rivals, guards nothing
        except (SealBrokenError, UnreadableError, RowTwiceError, OversizeError) as fault:
            # Read again: a till's entry that could be opened stands in the item by now.
            kept = services.inbox.read_item(key) or item
            return park_item(kept, f"{type(fault).__name__}: {fault}", services).value
        except ClientError as fault:
            if fault.response["Error"]["Code"] != "ValidationException":
                raise
            return park_item(item, "ValidationException", services).value  # a row past 400 KB: waiting would not help
    raise RaceLostError(key)


def settle_once(item: InboxItem, services: Services, now: datetime) -> State:
    """Settle an item as the tables stand now; raise RaceLostError when they changed meanwhile."""
    submission = services.opener.open_submission(item.key, item.sealed)
    item, submission = open_entry(item, submission, services)
    opened = OpenedItem(item, submission, read_submission(submission))
    return choose_settler(opened)(opened, services, now)


def choose_settler(opened: OpenedItem) -> Settler:
    """Return what settles an item."""
    if opened.reading.kind == "compliance":
        return settle_compliance
    return SETTLERS.get(opened.submission.sender, commit_item)
