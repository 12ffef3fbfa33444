"""Rows of the Customers table that stop one campaign, as a member of staff decided at the desk.

    pk                          sk      holds
    halt#<campaign>#<shard>     halt    at: since when (RFC 3339 UTC); by: the random id of the member of staff

Every mail of the campaign checks one of these rows in the transaction of its intent. They are as many as there are
shards, and written together: DynamoDB refuses transactions that touch one row at the same time, also those that only
check it, so one row would let the senders of a campaign refuse each other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.models import utc_text
from chalicelib.store.table import NEW, SHARDS, THERE, Part, Row, Table, choose_shard

HALT = "halt"


@dataclass(frozen=True)
class Halt:
    """Since when a campaign is stopped (RFC 3339 UTC), and the id of the member of staff who stopped it."""

    at: str
    by: str


@dataclass(frozen=True)
class Halts:
    """Reads and builds these rows."""

    table: Table

    def stop_campaign(self, campaign: str, by: str, now: datetime) -> list[Part]:
        """Return the parts that stop a campaign; they fail where it is stopped already."""
        held = {"at": utc_text(now), "by": by}
        return [self.table.put_part({**name_row(campaign, shard), **held}, NEW) for shard in range(SHARDS)]

    def start_campaign(self, campaign: str) -> list[Part]:
        """Return the parts that let a campaign go on; they fail where it is not stopped."""
        return [self.table.delete_part(name_row(campaign, shard), THERE) for shard in range(SHARDS)]

    def check_running(self, campaign: str, customer_id: str) -> Part:
        """Return the part that fails the transaction of a customer's mail where the campaign is stopped."""
        return self.table.check_part(name_row(campaign, choose_shard(customer_id)), NEW)

    def is_stopped(self, campaign: str, customer_id: str) -> bool:
        """Return whether a campaign is stopped, read consistently from the row that the customer's mail checks."""
        return self.table.read_item(name_row(campaign, choose_shard(customer_id))) is not None

    def read_halts(self, campaigns: Sequence[str]) -> dict[str, Halt]:
        """Return the stops of several campaigns, by campaign, read consistently as one batch."""
        return load_halts(self.table.read_items(name_halts(campaigns)) if campaigns else ())


def name_halts(campaigns: Iterable[str]) -> list[Row]:
    """Return the keys of the rows that say whether campaigns are stopped."""
    return [name_row(each, 0) for each in campaigns]


def load_halts(rows: Iterable[Row]) -> dict[str, Halt]:
    """Return the stops of such rows, by campaign."""
    return {row["pk"].split("#")[1]: Halt(row["at"], row["by"]) for row in rows}


def name_row(campaign: str, shard: int) -> Row:
    return {"pk": f"halt#{campaign}#{shard}", "sk": HALT}
