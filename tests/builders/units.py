"""Counts the units of DynamoDB that a piece of work takes: calls as DynamoDB Local counts them, transactions by AWS's
rule, which DynamoDB Local gets wrong. Builders for tests."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")
Item = Mapping[str, Mapping[str, Any]]
# Attributes that are the key of an index: an item that has one has an entry there.
INDEXED = ("pending", "queue")


def size_item(item: Item) -> int:
    """Return an item's size in bytes by DynamoDB's rule: names and values in UTF-8, numbers roughly a byte a digit."""
    return sum(
        len(name.encode()) + (len(value) if isinstance(value, bytes) else len(str(value).encode()))
        for name, typed in item.items()
        for value in typed.values()
    )


def weigh_item(item) -> int:
    """Return the units of writing an item in a transaction, its entries in indexes included."""
    return 2 * math.ceil(size_item(item) / 1024) + 2 * sum(name in item for name in INDEXED)


class Meter:
    """Counts what a client of DynamoDB takes while it is open."""

    def __init__(self, reader: Any) -> None:
        self.reader = reader
        self.units: Counter[str] = Counter()

    def ask(self, params, model, **_):
        for part in params.get("TransactItems", ()):
            [named] = part.values()
            self.units["write"] += weigh_item(named.get("Item") or self.look_up(named))
        return {**params, "ReturnConsumedCapacity": "TOTAL"}

    def look_up(self, named):
        """Return the item that an update, a deletion or a check is about, as it is before."""
        found = self.reader.get_item(TableName=named["TableName"], Key=named["Key"], ConsistentRead=True)
        return found.get("Item", named["Key"])

    def count(self, parsed, model, **_):
        self.units["calls"] += 1
        told = parsed.get("ConsumedCapacity") or []
        if not model.name.startswith("Transact"):
            kind = "write" if model.name in WRITES else "read"
            self.units[kind] += sum(each["CapacityUnits"] for each in (told if isinstance(told, list) else [told]))


@contextmanager
def measure_units(client: Any, reader: Any) -> Iterator[Counter[str]]:
    """Count a client's units; `reader` is another client of the same tables, whose calls are not counted."""
    meter, events = Meter(reader), client.meta.events
    events.register("provide-client-params.dynamodb", meter.ask)
    events.register("after-call.dynamodb", meter.count)
    yield meter.units
    events.unregister("provide-client-params.dynamodb", meter.ask)
    events.unregister("after-call.dynamodb", meter.count)
