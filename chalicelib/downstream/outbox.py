"""The outbox: rows of the Customers table that say what is still to be told. Written with their cause, or not at all.

    pk          sk    holds
    out#<id>    out   kind, data (JSON), at; due_week = out#<shard> and due_at, for the relay

The id is random, is the `webhook-id` of every attempt, and says nothing of anybody. A row goes once the queue has
every message of it: a relay that dies in between sends some of them again, under the same id.
"""

import json
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.downstream.changes import EventKind, describe_forgotten, list_changes
from chalicelib.models import Identity, Profile, utc_text
from chalicelib.store.customers import Customers

SHARDS = 4

Parts = list[dict[str, Any]]


@dataclass(frozen=True)
class Outgoing:
    """One event. `at` is when it came to be here, RFC 3339 UTC; `data` is JSON text."""

    id: str
    kind: str
    at: str
    data: str


class Outbox:
    """Builds and reads these rows. Where nobody listens (`wanted` is false), there are none."""

    def __init__(self, customers: Customers, *, wanted: bool) -> None:
        """Take the table."""
        self.customers = customers
        self.wanted = wanted

    def write_changes(self, before: Profile, after: Profile, now: datetime) -> Parts:
        """Return the transaction parts that tell which consents changed between two states of a profile."""
        changes = list_changes(before, after, now) if self.wanted else []
        return [part for data in changes for part in self.write_outgoing(EventKind.CONSENT_CHANGED, data, now)]

    def write_forgotten(self, customer_id: str, identities: Iterable[Identity], reason: str, now: datetime) -> Parts:
        """Return the transaction parts that tell of someone who was forgotten."""
        data = describe_forgotten(customer_id, identities, now, reason)
        return self.write_outgoing(EventKind.CUSTOMER_FORGOTTEN, data, now)

    def write_outgoing(self, kind: EventKind, data: dict[str, Any], at: datetime) -> Parts:
        """Return the transaction parts of one event: one row, or none where nobody listens."""
        if not self.wanted:
            return []
        event_id = secrets.token_urlsafe(16)
        item = {
            **name_row(event_id),
            "kind": {"S": kind.value},
            "data": {"S": json.dumps(data, sort_keys=True, separators=(",", ":"))},
            "at": {"S": utc_text(at)},
            "due_week": {"S": f"out#{sum(event_id.encode()) % SHARDS}"},
            "due_at": {"S": utc_text(at)},
        }
        return [{"Put": {"TableName": self.customers.table, "Item": item}}]

    def list_due(self, now: datetime) -> Iterator[str]:
        """Yield the ids of what is still to be told, oldest first within a shard; the index may lag."""
        for shard in range(SHARDS):
            for row in self.customers.query_due(f"out#{shard}", utc_text(now)):
                yield row["pk"]["S"].removeprefix("out#")

    def read_row(self, event_id: str) -> Outgoing | None:
        """Read one event consistently; None for one that is gone."""
        row = self.customers.client.get_item(
            TableName=self.customers.table, Key=name_row(event_id), ConsistentRead=True
        ).get("Item")
        return None if row is None else Outgoing(event_id, *(row[name]["S"] for name in ("kind", "at", "data")))

    def drop_row(self, event_id: str) -> None:
        """Remove an event that the queue has."""
        self.customers.client.delete_item(TableName=self.customers.table, Key=name_row(event_id))


def name_row(event_id: str) -> dict[str, Any]:
    """Return the key of an event's row."""
    return {"pk": {"S": f"out#{event_id}"}, "sk": {"S": "out"}}
