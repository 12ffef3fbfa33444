"""Rows of the Customers table that count what each campaign has spent.

pk                    sk        holds
budget#<campaign>     budget    money promised in offers so far, in hundredths
"""

from dataclasses import dataclass

from chalicelib.store.table import Part, Row, Table


@dataclass(frozen=True)
class Budgets:
    """Reads and builds these rows."""

    table: Table

    def spend_budget(self, campaign: str, cost: int, most: int) -> Part:
        """Return the part that takes `cost` from a campaign's `most` (hundredths), or fails the transaction."""
        condition = "attribute_not_exists(spent) OR spent <= :room"
        return self.table.update_part(name_row(campaign), "ADD spent :cost", condition, cost=cost, room=most - cost)

    def read_budget(self, campaign: str) -> int:
        """Return what a campaign has promised so far, in hundredths."""
        row = self.table.read_item(name_row(campaign))
        return 0 if row is None else int(row["spent"])


def name_row(campaign: str) -> Row:
    return {"pk": f"budget#{campaign}", "sk": "budget"}
