"""The links of mails whose own rows are gone. A way out of a mail works for ever, so forgetting must find them here.

pk           sk       holds
cust#<id>    links    names of links' rows, as a mail's row has them
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from chalicelib.store.customers import Customers


@dataclass(frozen=True)
class OldLinks:
    """Builds and reads these rows; one worker at a time, since it changes with the profile."""

    customers: Customers

    def read_links(self, customer_id: str) -> tuple[str, ...]:
        """Return the names that are kept so far."""
        found = self.customers.client.get_item(
            TableName=self.customers.table, Key=name_links(customer_id), ConsistentRead=True
        )
        return tuple(found.get("Item", {}).get("links", {}).get("S", "").split())

    def add_links(self, customer_id: str, names: Iterable[str]) -> dict[str, Any]:
        """Return the transaction part that keeps these names too."""
        kept = dict.fromkeys((*self.read_links(customer_id), *names))
        item = {**name_links(customer_id), "links": {"S": " ".join(kept)}}
        return {"Put": {"TableName": self.customers.table, "Item": item}}


def name_links(customer_id: str) -> dict[str, Any]:
    """Return the key of a person's row."""
    return {"pk": {"S": f"cust#{customer_id}"}, "sk": {"S": "links"}}
