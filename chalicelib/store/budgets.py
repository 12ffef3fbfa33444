"""Rows of the Offers table that count what each campaign has promised and given.

pk                    sk        holds
budget#<campaign>     budget    spent: what counts against the budget, in hundredths of the shop's currency (a promise
                                counts what it is expected to cost, until its code is redeemed or expires);
                                given: what orders took off, where the shop told; counts of codes: promised, redeemed,
                                told (redeemed with a known discount), expired (promised, never used)
"""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.store.table import Part, Row, Table

COUNTS = ("spent", "given", "promised", "redeemed", "told", "expired")


@dataclass(frozen=True)
class BudgetRow:
    """One campaign's counts; money is in hundredths of the shop's currency."""

    spent: int = 0
    given: int = 0
    promised: int = 0
    redeemed: int = 0
    told: int = 0
    expired: int = 0


@dataclass(frozen=True)
class Budgets:
    """Reads and builds these rows."""

    table: Table

    def spend_budget(self, campaign: str, cost: int, most: int) -> Part:
        """Return the part that takes `cost` from a campaign's `most` (hundredths), or fails the transaction."""
        condition = "attribute_not_exists(spent) OR spent <= :room"
        change = "ADD spent :cost, promised :one"
        return self.table.update_part(name_row(campaign), change, condition, cost=cost, room=most - cost, one=1)

    def change_counts(self, campaign: str, **changes: int) -> Part:
        """Return the part that adds to a campaign's counts."""
        named = {name: count for name, count in changes.items() if count}
        change = "ADD " + ", ".join(f"{name} :{name}" for name in named)
        return self.table.update_part(name_row(campaign), change, "", **named)

    def read_counts(self, campaign: str) -> BudgetRow:
        """Return a campaign's counts."""
        row = self.table.read_item(name_row(campaign)) or {}
        return BudgetRow(**{name: int(row.get(name, 0)) for name in COUNTS})

    def read_budgets(self, campaigns: Sequence[str]) -> dict[str, int]:
        """Return what the offers of several campaigns count against their budgets, read as one batch."""
        rows = self.table.read_items([name_row(each) for each in campaigns], consistent=False)
        return {row["pk"].removeprefix("budget#"): int(row.get("spent", 0)) for row in rows}

    def read_budget(self, campaign: str) -> int:
        """Return what a campaign's offers count against its budget so far, in hundredths."""
        return self.read_counts(campaign).spent


def name_row(campaign: str) -> Row:
    return {"pk": f"budget#{campaign}", "sk": "budget"}
