"""Rows of the Customers table about customers' cards: whose card a code is stands in the code's index row.

pk          sk           holds
cust#<id>   card#<at>    `names`: the index rows of the code, so that an erasure blocks them; the code is kept nowhere
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.models import utc_text
from chalicelib.store.stored_rows import find_names
from chalicelib.store.table import NEW, Part, Table

CARD = "card#"


@dataclass(frozen=True)
class Cards:
    """Reads and builds these rows."""

    table: Table

    def write_card(self, customer_id: str, rows: Iterable[str], now: datetime) -> Part:
        """Return the part that keeps the index rows of a new card's code."""
        row = {"pk": f"cust#{customer_id}", "sk": f"{CARD}{utc_text(now)}", "names": " ".join(rows)}
        return self.table.put_part(row, NEW)

    def list_cards(self, customer_id: str) -> dict[str, tuple[str, ...]]:
        """Return the index rows of a customer's cards, by sort key; more than one after two records were joined."""
        return {row["sk"]: tuple(find_names(row)) for row in self.table.query_items(f"cust#{customer_id}", CARD)}

    def delete_card(self, customer_id: str, sort_key: str) -> Part:
        return self.table.delete_part({"pk": f"cust#{customer_id}", "sk": sort_key})
