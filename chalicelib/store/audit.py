"""The access audit: who read, changed or handed out whose data, and why. Random ids and reasons; it names no customer.

Rows are only ever added: here by a condition, on AWS also by the table's own policy, which nobody's role overrides.
They end with the table of periods, by TTL.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.models import utc_text
from chalicelib.shop.retention import find_span
from chalicelib.store.customers import Customers

EVERYBODY = "everybody"  # for a customer id: a command that opens all records, one after another


@dataclass(frozen=True)
class Access:
    """One line; `at` is RFC 3339 UTC, `customer` a random id or EVERYBODY."""

    at: str
    actor: str
    reason: str
    customer: str


def write_access(customers: Customers, customer_id: str, actor: str, reason: str, now: datetime) -> dict[str, Any]:
    """Return the transaction part that adds a line."""
    until = now + find_span("audit")
    return customers.write_audit(utc_text(now), secrets.token_hex(4), actor, reason, customer_id, until)


def list_accesses(customers: Customers, month: str, customer_id: str = "") -> Iterator[Access]:
    """Yield the lines of a month (yyyy-mm), oldest first; of one customer those that mean everybody too."""
    for row in customers.query_partition(f"audit#{month}"):
        line = Access(
            at=row["sk"]["S"].partition("#")[0],
            actor=row["actor"]["S"],
            reason=row["reason"]["S"],
            customer=row["customer"]["S"],
        )
        if not customer_id or line.customer in (customer_id, EVERYBODY):
            yield line
