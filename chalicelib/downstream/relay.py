"""From the outbox to the queue, each minute.

Sent first, removed then: a relay that dies in between, or two at once, send an event twice, under its one id.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from chalicelib.downstream.outbox import Outbox
from chalicelib.downstream.queue import Messages, make_messages
from chalicelib.store.queues import split_batches

MOST = 1_000  # events a run; the next is a minute away
TOGETHER = 10  # events between two removals

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Relay:
    """What relaying works with; `targets` are names."""

    outbox: Outbox
    messages: Messages
    targets: Sequence[str]


def relay_events(tools: Relay, now: datetime) -> dict[str, int]:
    """Queue what waits in the outbox; return how many events were queued, and how many SQS did not take."""
    counts = {"queued": 0, "kept": 0}
    for batch in split_batches(islice(tools.outbox.list_due(now), MOST), TOGETHER):
        relay_batch(batch, tools, counts)
    return counts


def relay_batch(ids: Sequence[str], tools: Relay, counts: dict[str, int]) -> None:
    """Queue some events and remove them, but for those that SQS did not take. Without targets they only go."""
    found = [event for event in map(tools.outbox.read_row, ids) if event is not None]
    lost = tools.messages.send_messages(message for event in found for message in make_messages(event, tools.targets))
    for event in found:
        if event.id not in lost:
            tools.outbox.drop_row(event.id)
        counts["kept" if event.id in lost else "queued"] += 1
