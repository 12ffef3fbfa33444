"""Rows of the Customers table that a campaign's report is made of: facts about mails, which name no customer.

    pk                  sk                          holds
    fact#<campaign>     <kind>#<mail id>[#<order>]  when, and numbers such as revenue

A fact is written in the same transaction as its event, under a key that a repeated event writes again: so a count of
rows is exact. Facts stay after an erasure.
"""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.models import utc_text
from chalicelib.store.table import Part, Row, Table

RETURN_WINDOW = timedelta(days=14)  # an order this soon after a mail, or with its code, counts as a return


@dataclass(frozen=True)
class Fact:
    """One fact about one mail; `numbers` are decimals as text, and `currency` is a code.

    `order` is the name of a return's order (`name_order`). One order may be a return of several mails.
    """

    campaign: str
    kind: str
    mail_id: str
    at: str
    numbers: dict[str, str] = field(default_factory=dict)
    order: str = ""


@dataclass(frozen=True)
class Facts:
    """Builds and reads these rows."""

    table: Table

    def write_fact(
        self, campaign: str, kind: str, mail_id: str, at: datetime, *, order: str = "", **numbers: str
    ) -> Part:
        """Return the part that writes a fact; written twice it still counts once."""
        return self.table.put_part({**name_row(campaign, kind, mail_id, order), "at": utc_text(at), **numbers})

    def drop_fact(self, campaign: str, kind: str, mail_id: str, *, order: str = "") -> Part:
        """Return the part that deletes a fact that turned out to be false."""
        return self.table.delete_part(name_row(campaign, kind, mail_id, order))

    def list_facts(self, campaign: str) -> Iterator[Fact]:
        for row in self.table.query_items(f"fact#{campaign}", consistent=False):
            kind, mail_id, *order = row["sk"].split("#")
            numbers = {name: value for name, value in row.items() if name not in ("pk", "sk", "at")}
            yield Fact(campaign, kind, mail_id, row["at"], numbers, "".join(order))


def name_row(campaign: str, kind: str, mail_id: str, order: str) -> Row:
    return {"pk": f"fact#{campaign}", "sk": f"{kind}#{mail_id}" + (f"#{order}" if order else "")}


def name_order(secret: bytes, source: str, order_id: str) -> str:
    """Return a short keyed hash of an order; it needs a secret, since order ids are few enough to try them all."""
    return hmac.new(secret, f"order\0{source}:{order_id}".encode(), hashlib.sha256).hexdigest()[:20]
