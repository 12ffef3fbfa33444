"""Rows of the Audit table about each access to a customer's data.

    pk           sk                      holds
    <yyyy-mm>    <time>#<random><sum>    the member of staff, the reason, the customer's random id, the key of an inbox
                                         item that names nobody, or DESK; no personal data

Rows are only ever added: here by a condition, on AWS also by the table's own policy, which no role overrides. No policy
can say "put only what is new", so the sum in a row's key tells a row that somebody put in its place. DynamoDB removes
rows by TTL after the period of `shop/retention`.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from chalicelib.models import utc_text
from chalicelib.shop.retention import find_span
from chalicelib.store.across import read_newest
from chalicelib.store.table import NEW, Part, Row, Table, expire_at

EVERYBODY = "everybody"  # in place of a customer id: the command opened all records
SUMMED = ("pk", "actor", "reason", "customer", "expires_at")
SUM = 16  # hexadecimal digits
DESK = "desk"  # in place of a customer id: a sign-in, an invitation, a dismissal; no record was opened


@dataclass(frozen=True)
class Access:
    """One line; `at` is RFC 3339 UTC, `customer` a random id, EVERYBODY, DESK, or an inbox key.

    `whole` is False where the row says something else than it did when it was added.
    """

    at: str
    actor: str
    reason: str
    customer: str
    whole: bool = True


@dataclass(frozen=True)
class Audit:
    """Builds and reads these rows of the Audit table."""

    table: Table

    def write_access(self, customer_id: str, actor: str, reason: str, now: datetime) -> Part:
        """Return the part that adds a line."""
        at = utc_text(now)
        said = {
            "pk": at[:7],
            "actor": actor,
            "reason": reason,
            "customer": customer_id,
            **expire_at(now + find_span("audit")),
        }
        place = f"{at}#{secrets.token_hex(4)}"
        return self.table.put_part({**said, "sk": f"{place}{sum_line(place, said)}"}, NEW)

    def list_latest(self, month: str, customer_id: str, most: int) -> list[Access]:
        """Return the latest lines of a month that name one customer, of the last `most` lines of all; newest first."""
        rows = read_newest(self.table, month, most=most)
        lines = [load_access(row) for row in rows]
        return [line for line in lines if line.customer == customer_id]

    def page_lines(self, month: str, before: str, most: int) -> tuple[list[tuple[str, Access]], bool]:
        """Return the latest lines of a month (yyyy-mm) with their sort keys, newest first, and whether more may follow.

        With `before`, which is a sort key, only lines before it: of 1 MB at most, which is about 6,000 lines.
        """
        rows = read_newest(self.table, month, most=most, before=before)
        lines = [(row["sk"], load_access(row)) for row in rows]
        return lines, len(lines) == most

    def list_accesses(self, month: str, customer_id: str = "") -> Iterator[Access]:
        """Yield the lines of a month (yyyy-mm), oldest first.

        Of one customer, yield also the lines that name EVERYBODY.
        """
        for row in self.table.query_items(month, consistent=False):
            line = load_access(row)
            if not customer_id or line.customer in (customer_id, EVERYBODY):
                yield line


def sum_line(place: str, said: Row) -> str:
    """Return the sum of what a line says and of its place without the sum: 16 hexadecimal digits of SHA-256."""
    text = json.dumps([place, *(str(said[name]) for name in SUMMED)])
    return hashlib.sha256(text.encode()).hexdigest()[:SUM]


def load_access(row: Row) -> Access:
    place, noted = row["sk"][:-SUM], row["sk"][-SUM:]
    whole = noted == sum_line(place, row)
    return Access(row["sk"].partition("#")[0], row["actor"], row["reason"], row["customer"], whole)
