"""Moves events from the outbox to the queue, each minute.

An event is sent first and removed from the outbox then: a relay that stops in between, or two relays at once, send an
event twice, under its one id.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from chalicelib.downstream.messages import make_messages, write_message
from chalicelib.downstream.target import split_targets
from chalicelib.runs import read_each
from chalicelib.services import Services
from chalicelib.store.outbox import Outgoing
from chalicelib.store.queues import split_batches

MOST = 1_000  # events a run; the next run is a minute away
TOGETHER = 10  # events between two removals


def relay_events(services: Services, now: datetime) -> dict[str, int]:
    """Queue the events of the outbox; return how many were queued, and how many SQS did not take.

    While the shop has no target, the events are only removed.
    """
    targets = tuple(split_targets(services.settings.downstream))
    counts = {"queued": 0, "kept": 0}
    for ids in split_batches(islice(services.outbox.list_due(now), MOST), TOGETHER):
        events = list(read_each(ids, services.outbox.read_row, name="relay"))
        lost = queue_events(events, targets, services)
        for event in events:
            if event.id not in lost:
                services.outbox.drop_row(event.id)
            counts["kept" if event.id in lost else "queued"] += 1
    return counts


def queue_events(events: Sequence[Outgoing], targets: Sequence[str], services: Services) -> set[str]:
    """Queue events; return the ids of those of which SQS did not take every message."""
    messages = [message for event in events for message in make_messages(event, targets)]
    lost = services.downstream_queue.send_bodies([write_message(message) for message in messages])
    return {messages[number].id for number in lost}
