"""Does AWS's work between services on one machine: streams, queues, topics and schedules call the app's functions.

One process, one call at a time. After it is killed, the same happens as on AWS: a stream is read again from the last
checkpoint, a message comes back, and the sweeper settles the items that neither brought.
"""

import logging
import os
import threading
import time
from datetime import datetime
from typing import Protocol

from infra.local.clock import read_now
from infra.local.queue_pump import QueuePump, TopicPump
from infra.local.schedule import build_firing, is_due
from infra.local.sources import EventSource, read_sources
from infra.local.state import read_state
from infra.local.stream_pump import StreamPump
from infra.places import LOCAL

CHECKPOINTS = LOCAL / "checkpoints.json"

log = logging.getLogger(__name__)


class Pump(Protocol):
    """Calls one function with the records of its source."""

    def pump_once(self) -> None:
        """Call the function with the present records, or wait a moment."""


class SchedulePump:
    """Fires one schedule by the stack's clock."""

    def __init__(self, source: EventSource) -> None:
        self.source = source
        self.last: datetime | None = None

    def pump_once(self) -> None:
        now = read_now()
        if is_due(self.source.properties["Schedule"], self.last, now):
            self.last = now
            self.source.call(build_firing(self.source.name, now))
        time.sleep(0.5)


def build_pump(source: EventSource) -> Pump:
    """Return the pump for a source."""
    match source.kind:
        case "DynamoDB":
            return StreamPump(source, CHECKPOINTS)
        case "SQS":
            return QueuePump(source, source.properties["Queue"].rpartition(":")[2])
        case "SNS":
            return TopicPump(source, source.properties["Topic"].rpartition(":")[2])
    return SchedulePump(source)


def run_pump(pump: Pump) -> None:
    """Pump for ever; a failure is logged and tried again."""
    while True:
        try:
            pump.pump_once()
        except Exception:
            log.exception("a pump failed; it goes on")
            time.sleep(1)


def main() -> None:
    """Run a pump for each event source that the app declares."""
    pumps = [build_pump(source) for source in read_sources(os.environ["STAGE"], read_state()["made"])]
    threads = [threading.Thread(target=run_pump, args=(pump,), daemon=True) for pump in pumps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    main()
