"""What a campaign's report is made of: set-once facts about mails, without a person in them.

    pk                  sk                          holds
    fact#<campaign>     <kind>#<mail id>[#<more>]   when, and numbers such as revenue

A fact is written in the same transaction as what it counts, under a key that a second telling repeats: so counting
rows is exact, and facts outlive whoever they were about.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib.customers import Customers
from chalicelib.models import utc_text


@dataclass(frozen=True)
class Fact:
    """One thing that happened to one mail; `numbers` are decimals as text, with `currency` among them as a word."""

    campaign: str
    kind: str
    mail_id: str
    at: str
    numbers: dict[str, str] = field(default_factory=dict)


class Facts:
    """Builds and reads facts."""

    def __init__(self, customers: Customers) -> None:
        """Take the table."""
        self.customers = customers

    def write_fact(
        self, campaign: str, kind: str, mail_id: str, at: datetime, *, more: str = "", **numbers: str
    ) -> dict[str, Any]:
        """Return the transaction part that states a fact; stating it again changes nothing that counts."""
        item = {
            "pk": {"S": f"fact#{campaign}"},
            "sk": {"S": f"{kind}#{mail_id}" + (f"#{more}" if more else "")},
            "at": {"S": utc_text(at)},
            **{name: {"S": value} for name, value in numbers.items()},
        }
        return {"Put": {"TableName": self.customers.table, "Item": item}}

    def drop_fact(self, campaign: str, kind: str, mail_id: str, *, more: str = "") -> dict[str, Any]:
        """Return the transaction part that takes back what turned out not to be so."""
        key = {"pk": {"S": f"fact#{campaign}"}, "sk": {"S": f"{kind}#{mail_id}" + (f"#{more}" if more else "")}}
        return {"Delete": {"TableName": self.customers.table, "Key": key}}

    def name_order(self, source: str, order_id: str) -> str:
        """Return a short name of an order that says nothing of it to whoever does not know its id."""
        return hashlib.sha256(f"{source}:{order_id}".encode()).hexdigest()[:20]

    def list_facts(self, campaign: str) -> Iterator[Fact]:
        """Yield every fact of a campaign."""
        for row in self.customers.query_partition(f"fact#{campaign}"):
            kind, mail_id = row["sk"]["S"].split("#")[:2]
            numbers = {name: value["S"] for name, value in row.items() if name not in ("pk", "sk", "at")}
            yield Fact(campaign, kind, mail_id, row["at"]["S"], numbers)
