"""What a campaign's report is made of: set-once facts about mails, without a person in them.

    pk                  sk                          holds
    fact#<campaign>     <kind>#<mail id>[#<order>]  when, and numbers such as revenue

A fact is written in the same transaction as what it counts, under a key that a second telling repeats: so counting
rows is exact, and facts outlive whoever they were about.
"""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from chalicelib.models import utc_text
from chalicelib.store.customers import Customers

RETURN_WINDOW = timedelta(days=14)  # an order this soon after a mail, or with its code, counts as a return


@dataclass(frozen=True)
class Fact:
    """One thing that happened to one mail; `numbers` are decimals as text, with `currency` among them as a word.

    `order` is of a return: the name of the order (`name_order`), which may be told of several mails.
    """

    campaign: str
    kind: str
    mail_id: str
    at: str
    numbers: dict[str, str] = field(default_factory=dict)
    order: str = ""


class Facts:
    """Builds and reads facts."""

    def __init__(self, customers: Customers) -> None:
        """Take the table."""
        self.customers = customers

    def write_fact(
        self, campaign: str, kind: str, mail_id: str, at: datetime, *, order: str = "", **numbers: str
    ) -> dict[str, Any]:
        """Return the transaction part that states a fact; stating it again changes nothing that counts."""
        item = {
            **name_fact(campaign, kind, mail_id, order),
            "at": {"S": utc_text(at)},
            **{name: {"S": value} for name, value in numbers.items()},
        }
        return {"Put": {"TableName": self.customers.table, "Item": item}}

    def drop_fact(self, campaign: str, kind: str, mail_id: str, *, order: str = "") -> dict[str, Any]:
        """Return the transaction part that takes back what turned out not to be so."""
        key = name_fact(campaign, kind, mail_id, order)
        return {"Delete": {"TableName": self.customers.table, "Key": key}}

    def list_facts(self, campaign: str) -> Iterator[Fact]:
        """Yield every fact of a campaign."""
        for row in self.customers.query_partition(f"fact#{campaign}"):
            kind, mail_id, *order = row["sk"]["S"].split("#")
            numbers = {name: value["S"] for name, value in row.items() if name not in ("pk", "sk", "at")}
            yield Fact(campaign, kind, mail_id, row["at"]["S"], numbers, "".join(order))


def name_fact(campaign: str, kind: str, mail_id: str, order: str) -> dict[str, Any]:
    """Return the key of a fact."""
    return {"pk": {"S": f"fact#{campaign}"}, "sk": {"S": f"{kind}#{mail_id}" + (f"#{order}" if order else "")}}


def name_order(secret: bytes, source: str, order_id: str) -> str:
    """Return a short name of an order: order ids are few enough to try them all, so it is made with a secret."""
    return hmac.new(secret, f"order\0{source}:{order_id}".encode(), hashlib.sha256).hexdigest()[:20]
