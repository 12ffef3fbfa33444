"""Rows of the Customers table about mail: one per occasion, who must not be mailed, what a campaign has spent.

pk                    sk                holds
cust#<id>             mail#<occasion>   state, attempt, campaign, mail id, not_after, the names of its links;
                                        while it is open also due_week = open#<shard> and due_at, for the
                                        reconciler
stop#<index row>      stop              an address that is never mailed again: keyed hash, reason, when
budget#<campaign>     budget            money promised in offers so far, in hundredths
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.models import MailState, utc_text
from chalicelib.store.customers import Customers

OPEN = (MailState.INTENT, MailState.UNKNOWN, MailState.THROTTLED)
OPEN_SHARDS = 4


@dataclass(frozen=True)
class MailRow:
    """One mail to one person. `mail_id` is random and says nothing of them; `attempt` is that of the last intent.

    `links` names all that leads from this mail back to the person, over every attempt: rows of links, and `mail:`
    with an attempt. Forgetting finds them by it.
    """

    occasion: str
    campaign: str
    state: MailState
    mail_id: str
    attempt: str
    at: str
    not_after: str
    marketing: bool
    code: str = ""
    links: tuple[str, ...] = ()


class MailRows:
    """Builds and reads these rows."""

    def __init__(self, customers: Customers) -> None:
        """Take the table."""
        self.customers = customers
        self.client = customers.client
        self.table = customers.table

    def list_mails(self, customer_id: str) -> list[MailRow]:
        """Return every mail row of a person, read consistently."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :mail)",
            ExpressionAttributeValues={":pk": {"S": f"cust#{customer_id}"}, ":mail": {"S": "mail#"}},
            ConsistentRead=True,
        )
        return [load_mail(row) for page in pages for row in page["Items"]]

    def write_mail(self, customer_id: str, mail: MailRow) -> dict[str, Any]:
        """Return the transaction part that makes a new row: one per occasion, whoever is faster."""
        put = {
            "TableName": self.table,
            "Item": {
                "pk": {"S": f"cust#{customer_id}"},
                "sk": {"S": f"mail#{mail.occasion}"},
                **dump_mail(mail),
                **name_open(customer_id, mail.state, mail.at),
            },
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        return {"Put": put}

    def move_mail(
        self, customer_id: str, mail: MailRow, state: MailState, attempt: str, at: str, links: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """Return the transaction part that moves a row on, if it still is where and whose `mail` says.

        `links` are those of a new attempt and of all before it.
        """
        opened = name_open(customer_id, state, at)
        change = "SET #state = :state, attempt = :attempt, #at = :at" + ", links = :links" * bool(links)
        change += ", due_week = :due_week, due_at = :due_at" if opened else " REMOVE due_week, due_at"
        return {
            "Update": {
                "TableName": self.table,
                "Key": {"pk": {"S": f"cust#{customer_id}"}, "sk": {"S": f"mail#{mail.occasion}"}},
                "UpdateExpression": change,
                "ConditionExpression": "#state = :old AND attempt = :own",
                "ExpressionAttributeNames": {"#state": "state", "#at": "at"},
                "ExpressionAttributeValues": {
                    ":state": {"S": state.value},
                    ":attempt": {"S": attempt},
                    ":at": {"S": at},
                    ":old": {"S": mail.state.value},
                    ":own": {"S": mail.attempt},
                    **({":links": {"S": " ".join(links)}} if links else {}),
                    **{f":{name}": value for name, value in opened.items()},
                },
            }
        }

    def list_open(self, before: datetime) -> Iterator[tuple[str, str]]:
        """Yield (customer id, occasion) of mails left open since before a time."""
        for shard in range(OPEN_SHARDS):
            for row in self.customers.query_due(f"open#{shard}", utc_text(before)):
                yield row["pk"]["S"].removeprefix("cust#"), row["sk"]["S"].removeprefix("mail#")

    def check_unstopped(self, rows: Sequence[str]) -> list[dict[str, Any]]:
        """Return the transaction parts that fail when an address is suppressed; `rows` are its blind index rows."""
        return [
            {
                "ConditionCheck": {
                    "TableName": self.table,
                    "Key": name_stop(row),
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            }
            for row in rows
        ]

    def write_stop(self, row: str, reason: str, at: datetime) -> dict[str, Any]:
        """Return the transaction part that suppresses an address for good."""
        item = {**name_stop(row), "reason": {"S": reason}, "at": {"S": utc_text(at)}}
        return {"Put": {"TableName": self.table, "Item": item}}

    def is_stopped(self, rows: Sequence[str]) -> bool:
        """Tell whether an address is suppressed under any live index secret."""
        return bool(self.list_stops(rows))

    def list_stops(self, rows: Sequence[str]) -> dict[str, str]:
        """Return why an address is suppressed, and since when (RFC 3339 UTC) by each reason."""
        found = [self.client.get_item(TableName=self.table, Key=name_stop(row)).get("Item") for row in rows]
        return {row["reason"]["S"]: row["at"]["S"] for row in found if row}

    def spend_budget(self, campaign: str, cost: int, most: int) -> dict[str, Any]:
        """Return the transaction part that takes `cost` from a campaign's `most` (hundredths), or fails."""
        return {
            "Update": {
                "TableName": self.table,
                "Key": {"pk": {"S": f"budget#{campaign}"}, "sk": {"S": "budget"}},
                "UpdateExpression": "ADD spent :cost",
                "ConditionExpression": "attribute_not_exists(spent) OR spent <= :room",
                "ExpressionAttributeValues": {":cost": {"N": str(cost)}, ":room": {"N": str(most - cost)}},
            }
        }

    def read_budget(self, campaign: str) -> int:
        """Return what a campaign has promised so far, in hundredths."""
        key = {"pk": {"S": f"budget#{campaign}"}, "sk": {"S": "budget"}}
        row = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        return 0 if row is None else int(row["spent"]["N"])


def name_open(customer_id: str, state: MailState, at: str) -> dict[str, Any]:
    """Return the index attributes of an open mail, none for a closed one."""
    if state not in OPEN:
        return {}
    return {"due_week": {"S": f"open#{sum(customer_id.encode()) % OPEN_SHARDS}"}, "due_at": {"S": at}}


def name_stop(row: str) -> dict[str, Any]:
    """Return the key of a suppression row."""
    return {"pk": {"S": f"stop#{row.removeprefix('idn#')}"}, "sk": {"S": "stop"}}


def dump_mail(mail: MailRow) -> dict[str, Any]:
    """Return a row's attributes."""
    return {
        "campaign": {"S": mail.campaign},
        "state": {"S": mail.state.value},
        "mail_id": {"S": mail.mail_id},
        "attempt": {"S": mail.attempt},
        "at": {"S": mail.at},
        "not_after": {"S": mail.not_after},
        "marketing": {"BOOL": mail.marketing},
        "code": {"S": mail.code},
        "links": {"S": " ".join(mail.links)},
    }


def load_mail(row: dict[str, Any]) -> MailRow:
    """Read a row's attributes."""
    return MailRow(
        occasion=row["sk"]["S"].removeprefix("mail#"),
        campaign=row["campaign"]["S"],
        state=MailState(row["state"]["S"]),
        mail_id=row["mail_id"]["S"],
        attempt=row["attempt"]["S"],
        at=row["at"]["S"],
        not_after=row["not_after"]["S"],
        marketing=row["marketing"]["BOOL"],
        code=row["code"]["S"],
        links=tuple(row["links"]["S"].split()),
    )
