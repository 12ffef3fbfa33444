"""Rows of the Customers table for events to the shop's own systems that are not queued yet.

    pk          sk    holds
    out#<id>    out   kind, data (JSON), at; queue = out#<shard> and due_at, for the relay

An event is written in the transaction of its cause. Its id is random, names no person, and is the `webhook-id` of every
attempt. The row is deleted once the queue has every message of it: a relay that stops in between sends some messages
again, under the same id.
"""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.models import utc_text
from chalicelib.store.table import SHARDS, Part, Row, Table, choose_shard, put_in_queue


@dataclass(frozen=True)
class Outgoing:
    """One event. `at` is when the event was written, RFC 3339 UTC; `data` is JSON text."""

    id: str
    kind: str
    at: str
    data: str


class Outbox:
    """Builds and reads these rows. While the shop has no target (`wanted` is false), no event is written."""

    def __init__(self, table: Table, *, wanted: bool) -> None:
        self.table = table
        self.wanted = wanted

    def write_event(self, kind: str, data: dict[str, Any], at: datetime) -> list[Part]:
        """Return the parts of one event: one row, or none while the shop has no target."""
        if not self.wanted:
            return []
        event_id = secrets.token_urlsafe(16)
        row = {
            **name_row(event_id),
            "kind": str(kind),
            "data": json.dumps(data, sort_keys=True, separators=(",", ":")),
            "at": utc_text(at),
            **put_in_queue(f"out#{choose_shard(event_id)}", at),
        }
        return [self.table.put_part(row)]

    def list_due(self, now: datetime) -> Iterator[str]:
        """Yield the ids of events that are due, oldest first within a shard; the index lags."""
        for shard in range(SHARDS):
            for row in self.table.list_queue(f"out#{shard}", utc_text(now)):
                yield row["pk"].removeprefix("out#")

    def read_row(self, event_id: str) -> Outgoing | None:
        """Return one event, read consistently, or None for one that is gone."""
        row = self.table.read_item(name_row(event_id))
        return None if row is None else Outgoing(event_id, row["kind"], row["at"], row["data"])

    def drop_row(self, event_id: str) -> None:
        """Delete an event that was queued."""
        self.table.delete_item(name_row(event_id))


def name_row(event_id: str) -> Row:
    return {"pk": f"out#{event_id}", "sk": "out"}
