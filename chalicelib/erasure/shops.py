"""Forgetting everybody of one shop: a walk through all customers, a stretch a minute, begun again where it stopped.

    pk               sk       holds
    redact#<id>      redact   the shop, since when, how far the walk is, how many were forgotten; until it is over,
                              due_week = redact#0 and due_at

Everybody stands in the index by when retention looks at them next; a look only ever moves somebody further on, so
whoever goes forward through it meets everybody.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.erasure.forget import ForgetOrder, Forgetting, Reason, forget_person
from chalicelib.errors import KeyUnavailableError, RegularsError
from chalicelib.models import Profile, utc_text
from chalicelib.store.customers import Customers
from chalicelib.store.retention_queue import RetentionQueue

log = logging.getLogger(__name__)

PARTITION = "redact#0"
BATCH = 200  # customers looked at in one run
TEXTS = ("shop", "at", "cursor")


@dataclass(frozen=True)
class ShopRow:
    """One shop's end. `shop` is `sender:shop`; `cursor` is how far the walk is in the index of looks."""

    id: str
    shop: str
    at: str
    cursor: str = ""
    forgotten: int = 0
    over: bool = False


class ShopRows:
    """Builds and reads these rows."""

    def __init__(self, customers: Customers) -> None:
        """Take the table."""
        self.customers = customers

    def write_row(self, row: ShopRow) -> dict[str, Any]:
        """Return the transaction part that writes a row over what was there: repeating a stretch does no harm."""
        return {"Put": {"TableName": self.customers.table, "Item": dump_row(row)}}

    def list_due(self, now: datetime) -> Iterator[ShopRow]:
        """Yield the walks that are not over."""
        for key in self.customers.query_due(PARTITION, utc_text(now)):
            item = self.customers.client.get_item(
                TableName=self.customers.table, Key={"pk": key["pk"], "sk": key["sk"]}, ConsistentRead=True
            ).get("Item")
            if item is not None and "due_at" in item:
                yield load_row(item)


def start_walk(walk_id: str, shop: str, at: datetime) -> ShopRow:
    """Return the row of a walk that has not begun."""
    return ShopRow(walk_id, shop, utc_text(at))


def erase_shop_customers(tools: Forgetting, now: datetime) -> int:
    """Bring every walk on by one stretch; return how many people were forgotten."""
    rows = ShopRows(tools.people.customers)
    return sum(try_stretch(row, rows, tools, now) for row in rows.list_due(now))


def try_stretch(row: ShopRow, rows: ShopRows, tools: Forgetting, now: datetime) -> int:
    """Bring one walk on; one that cannot go on now holds up no other, and none of the erasures that come after it."""
    try:
        return process_batch(row, rows, tools, now)
    except (RegularsError, ClientError, BotoCoreError) as fault:
        log.warning("walk_postponed", extra={"key": row.id, "fault": type(fault).__name__})
        return 0


def process_batch(row: ShopRow, rows: ShopRows, tools: Forgetting, now: datetime) -> int:
    """Look at the next customers and forget those of the shop; return how many."""
    ids, cursor = RetentionQueue(tools.people.customers).list_stretch(row.cursor, BATCH)
    count = sum(forget_customer(customer_id, row, tools, now) for customer_id in ids)
    new = replace(row, cursor=cursor, forgotten=row.forgotten + count, over=not cursor)
    tools.people.customers.commit_parts([rows.write_row(new)])
    return count


def forget_customer(customer_id: str, row: ShopRow, tools: Forgetting, now: datetime) -> bool:
    """Forget one customer if they came through the shop; return whether they did."""
    try:
        profile = tools.people.load_person(customer_id).profile
    except KeyUnavailableError:
        if tools.people.keys.read_row(f"cust#{customer_id}") is None:
            return False
        raise
    if not came_through(profile, row.shop):
        return False
    request = f"{row.id}.{customer_id}"
    order = ForgetOrder(reason=Reason.SHOP, request=request, requested_at=datetime.fromisoformat(row.at))
    return forget_person(customer_id, order, tools, now)


def came_through(profile: Profile, shop: str) -> bool:
    """Tell whether a person is known to the shop by an id or an order."""
    ids = (name.value for name in profile.identities if name.kind == "id")
    return any(name.startswith(f"{shop}:") for name in (*ids, *profile.orders, *profile.refunds))


def dump_row(row: ShopRow) -> dict[str, Any]:
    """Return a row's attributes; a walk that is not over is in the index."""
    due = {} if row.over else {"due_week": {"S": PARTITION}, "due_at": {"S": row.at}}
    return {
        "pk": {"S": f"redact#{row.id}"},
        "sk": {"S": "redact"},
        "forgotten": {"N": str(row.forgotten)},
        **{name: {"S": getattr(row, name)} for name in TEXTS},
        **due,
    }


def load_row(item: dict[str, Any]) -> ShopRow:
    """Read a row's attributes."""
    return ShopRow(
        id=item["pk"]["S"].removeprefix("redact#"),
        forgotten=int(item["forgotten"]["N"]),
        **{name: item[name]["S"] for name in TEXTS},
    )
