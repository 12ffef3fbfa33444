"""Rows of the Customers table about records that staff joined.

    pk           sk     holds
    cust#<id>    join   of a joined record: `parts`, the two customers that it stands for; `at`; `until`, the end of
                        the time in which staff may part them

The cores of the two name the joined record (`store.people_rows`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.models import utc_text
from chalicelib.store.table import NEW, Part, Row, Table

JOIN = "join"
MAY_PART = timedelta(days=30)


@dataclass(frozen=True)
class Join:
    """A joined record: its id, the two customers, since when, and until when they can be parted."""

    customer_id: str
    first: str
    second: str
    at: datetime
    until: datetime


@dataclass(frozen=True)
class Joins:
    """Builds and reads these rows."""

    table: Table

    def write_join(self, joined: str, first: str, second: str, now: datetime) -> Part:
        """Return the part that notes of which two customers a record was made."""
        row = {**name_row(joined), "parts": f"{first} {second}", "at": utc_text(now), "until": utc_text(now + MAY_PART)}
        return self.table.put_part(row, NEW)

    def read_join(self, customer_id: str) -> Join | None:
        """Return how a record was joined, or None for one that was not."""
        row = self.table.read_item(name_row(customer_id))
        return None if row is None else load_join(customer_id, row)


def load_join(customer_id: str, row: Row) -> Join:
    first, second = row["parts"].split()
    at, until = (datetime.fromisoformat(row[name]) for name in ("at", "until"))
    return Join(customer_id, first, second, at, until)


def place_row(row: Row, customer_id: str) -> Row:
    """Return a row as another customer has it; what is sealed in it is sealed for its old place."""
    return {**row, "pk": f"cust#{customer_id}"}


def name_row(customer_id: str) -> Row:
    return {"pk": f"cust#{customer_id}", "sk": JOIN}
