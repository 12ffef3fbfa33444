"""Rows of the Customers table that name the links of mails whose own rows retention removed.

    pk           sk       holds
    cust#<id>    links    names of links' rows, as a mail's row has them

The unsubscribe link of a mail works for ever, so an erasure must find it here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.store.table import Part, Row, Table


@dataclass(frozen=True)
class OldLinks:
    """Reads and builds these rows; one worker at a time, since the row changes together with the profile."""

    table: Table

    def read_links(self, customer_id: str) -> tuple[str, ...]:
        """Return the names that are kept so far."""
        row = self.table.read_item(name_row(customer_id)) or {}
        return tuple(row.get("links", "").split())

    def add_links(self, customer_id: str, names: Iterable[str]) -> Part:
        """Return the part that adds these names to the ones kept so far."""
        kept = dict.fromkeys((*self.read_links(customer_id), *names))
        return self.table.put_part({**name_row(customer_id), "links": " ".join(kept)})


def name_row(customer_id: str) -> Row:
    return {"pk": f"cust#{customer_id}", "sk": "links"}
