"""Rows of the Customers table about each access to a customer's data: the access audit.

    pk                 sk                 holds
    audit#<yyyy-mm>    <time>#<random>    the member of staff, the reason, the customer's random id, the key of an
                                          inbox item that names nobody, or DESK; no personal data

Rows are only ever added: here by a condition, on AWS also by the table's own policy, which no role overrides. DynamoDB
removes them by TTL after the period of `shop/retention`.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from chalicelib.models import utc_text
from chalicelib.shop.retention import find_span
from chalicelib.store.across import read_newest
from chalicelib.store.table import NEW, Part, Row, Table, expire_at

EVERYBODY = "everybody"  # in place of a customer id: the command opened all records
DESK = "desk"  # in place of a customer id: a sign-in, an invitation, a dismissal; no record was opened


@dataclass(frozen=True)
class Access:
    """One line; `at` is RFC 3339 UTC, `customer` a random id, EVERYBODY, DESK, or an inbox key."""

    at: str
    actor: str
    reason: str
    customer: str


@dataclass(frozen=True)
class Audit:
    """Builds and reads these rows of the Customers table."""

    table: Table

    def write_access(self, customer_id: str, actor: str, reason: str, now: datetime) -> Part:
        """Return the part that adds a line."""
        at = utc_text(now)
        row = {
            "pk": f"audit#{at[:7]}",
            "sk": f"{at}#{secrets.token_hex(4)}",
            "actor": actor,
            "reason": reason,
            "customer": customer_id,
            **expire_at(now + find_span("audit")),
        }
        return self.table.put_part(row, NEW)

    def list_latest(self, month: str, customer_id: str, most: int) -> list[Access]:
        """Return the latest lines of a month that name one customer, of the last `most` lines of all; newest first."""
        rows = read_newest(self.table, f"audit#{month}", most=most)
        lines = [load_access(row) for row in rows]
        return [line for line in lines if line.customer == customer_id]

    def page_lines(self, month: str, before: str, most: int) -> tuple[list[tuple[str, Access]], bool]:
        """Return the latest lines of a month (yyyy-mm) with their sort keys, newest first, and whether more may follow.

        With `before`, which is a sort key, only lines before it: of 1 MB at most, which is about 6,000 lines.
        """
        rows = read_newest(self.table, f"audit#{month}", most=most, before=before)
        lines = [(row["sk"], load_access(row)) for row in rows]
        return lines, len(lines) == most

    def list_accesses(self, month: str, customer_id: str = "") -> Iterator[Access]:
        """Yield the lines of a month (yyyy-mm), oldest first.

        Of one customer, yield also the lines that name EVERYBODY.
        """
        for row in self.table.query_items(f"audit#{month}", consistent=False):
            line = load_access(row)
            if not customer_id or line.customer in (customer_id, EVERYBODY):
                yield line


def load_access(row: Row) -> Access:
    return Access(row["sk"].partition("#")[0], row["actor"], row["reason"], row["customer"])
