"""Rows of data subject requests: one per request, below the person it is about, so that forgetting finds them.

    pk           sk              holds
    cust#<id>    request#<id>    kind, state, times, language, the network it came from (keyed hash), names of its links

    asking -> sending -> asked -> done                   restrict, object, correct
       |  ^      |         |  +-> confirmed -> done      access: the package is being made; or -> oversize
       |  +------+         +-> expired                   nobody typed the code within its 24 hours
       +--> later -> sending                             this person was mailed too often just now
       +--> unreachable                                  no address, or mail to it comes back: for staff

Nothing here is the person's word: anybody can type an address. So a row changes no profile and blocks no request.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from chalicelib.models import RequestKind, utc_text
from chalicelib.shop.periods import KEEP_FOR_STAFF
from chalicelib.store.customers import Customers

OWNED_BY_REQUEST = "request:"  # whose a request's link and its mail are: `request:<customer>:<request>`
BY_PERSON = "the person, by mail and code"  # who asked, in the audit
ANSWER_WITHIN = timedelta(days=30)  # GDPR, Article 12(3): one month
KEEP_REQUEST = timedelta(days=30)
WORKERS = "request#0"  # partitions of the index `due`: what the minute's function goes through
STAFFS = "request#staff"  # and what waits for somebody to look at it


class RequestState(StrEnum):
    """Where a request stands."""

    ASKING = "asking"  # to be mailed at `due_at`
    LATER = "later"  # the same, and its turn under the caps is taken
    SENDING = "sending"  # its mail is on its way
    ASKED = "asked"  # waits for the code
    CONFIRMED = "confirmed"  # the code was typed; the package is to be made
    DONE = "done"
    EXPIRED = "expired"
    UNREACHABLE = "unreachable"
    OVERSIZE = "oversize"  # the package is too large to be handed out by link
    TO_SHOP = "to_shop"  # Shopify asks for the shop: staff export it


UNSENT = (RequestState.ASKING, RequestState.LATER, RequestState.UNREACHABLE)
CLOSED = (RequestState.CONFIRMED, RequestState.DONE, RequestState.OVERSIZE)  # the code was typed: once is enough
FOR_STAFF = (RequestState.UNREACHABLE, RequestState.OVERSIZE, RequestState.TO_SHOP)
FINISHED = (RequestState.DONE, RequestState.EXPIRED)


@dataclass(frozen=True)
class RequestRow:
    """One request. Times are RFC 3339 UTC; `due_at` is when something is to be done about it next.

    `link` names the one link that may confirm it, until `until`; `links` names all there ever were, with `mail:` and
    attempts, and the rows of a package. `result` is the result's token, sealed under the person's key.
    `version` is 0 where there is no row yet.
    """

    customer_id: str
    id: str
    kind: str
    state: RequestState
    at: str
    language: str
    network: str
    due_at: str
    reason: str = ""
    link: str = ""
    until: str = ""
    links: tuple[str, ...] = ()
    result: bytes = b""
    version: int = 0

    @property
    def owner(self) -> str:
        """Return how the index row of a link says that it is this request's."""
        return f"{OWNED_BY_REQUEST}{self.customer_id}:{self.id}"

    @property
    def asked_at(self) -> datetime:
        """Return when it came."""
        return datetime.fromisoformat(self.at)

    @property
    def answer_by(self) -> datetime:
        """Return by when the law wants an answer."""
        return self.asked_at + ANSWER_WITHIN


@dataclass(frozen=True)
class RequestRows:
    """Reads and builds these rows."""

    customers: Customers

    def write_row(self, row: RequestRow, now: datetime) -> dict[str, Any]:
        """Return the transaction part that puts a row in place of the one nobody else changed since it was read."""
        part: dict[str, Any] = {
            "TableName": self.customers.table,
            "Item": dump_request(replace(row, version=row.version + 1), now),
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        if row.version:
            part["ConditionExpression"] = "version = :old"
            part["ExpressionAttributeValues"] = {":old": {"N": str(row.version)}}
        return {"Put": part}

    def read_row(self, customer_id: str, request_id: str) -> RequestRow | None:
        """Read one row consistently."""
        key = {"pk": {"S": f"cust#{customer_id}"}, "sk": {"S": f"request#{request_id}"}}
        found = self.customers.client.get_item(TableName=self.customers.table, Key=key, ConsistentRead=True).get("Item")
        return None if found is None else load_request(found)

    def read_owner(self, owner: str) -> RequestRow | None:
        """Return the request that a link's index row names, or None."""
        if not owner.startswith(OWNED_BY_REQUEST):
            return None
        customer_id, _, request_id = owner.removeprefix(OWNED_BY_REQUEST).partition(":")
        return self.read_row(customer_id, request_id)

    def list_requests(self, customer_id: str) -> list[RequestRow]:
        """Return every request about a person, oldest first, read consistently."""
        pages = self.customers.client.get_paginator("query").paginate(
            TableName=self.customers.table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :request)",
            ExpressionAttributeValues={":pk": {"S": f"cust#{customer_id}"}, ":request": {"S": "request#"}},
            ConsistentRead=True,
        )
        found = [load_request(row) for page in pages for row in page["Items"]]
        return sorted(found, key=lambda row: row.at)

    def list_open(self, partition: str, before: str = "9999") -> Iterator[RequestRow]:
        """Yield the requests of one partition that are due before a time, each read again: the index lags."""
        for key in self.customers.query_due(partition, before):
            row = self.read_row(key["pk"]["S"].removeprefix("cust#"), key["sk"]["S"].removeprefix("request#"))
            if row is not None and name_partition(row.state) == partition and row.due_at <= before:
                yield row


def make_request(customer_id: str, kind: RequestKind, now: datetime, *, language: str, network: str) -> RequestRow:
    """Return a new request; `network` is the keyed hash of where it came from, or ""."""
    at = utc_text(now)
    return RequestRow(
        customer_id, secrets.token_urlsafe(12), kind.value, RequestState.ASKING, at, language, network, due_at=at
    )


def start_handover(customer_id: str, kind: RequestKind, now: datetime, *, language: str) -> RequestRow:
    """Return a request that came from the shop's own platform, signed: nothing is left to prove."""
    row = make_request(customer_id, kind, now, language=language, network="")
    return replace(row, state=RequestState.TO_SHOP, reason="shopify")


def name_partition(state: RequestState) -> str:
    """Return where the index lists a request, or "" for one that is over."""
    return "" if state in FINISHED else STAFFS if state in FOR_STAFF else WORKERS


def end_request(row: RequestRow, now: datetime) -> datetime | None:
    """Return when TTL may remove a row; none while somebody who proved who they are waits for an answer."""
    if row.state in (RequestState.CONFIRMED, RequestState.OVERSIZE, RequestState.TO_SHOP):
        return None
    if row.state is RequestState.UNREACHABLE:
        return row.asked_at + KEEP_FOR_STAFF
    return (now if row.state is RequestState.DONE else row.asked_at) + KEEP_REQUEST


def dump_request(row: RequestRow, now: datetime) -> dict[str, Any]:
    """Return a row as DynamoDB writes it."""
    ends, partition = end_request(row, now), name_partition(row.state)
    item: dict[str, Any] = {
        "pk": {"S": f"cust#{row.customer_id}"},
        "sk": {"S": f"request#{row.id}"},
        "kind": {"S": row.kind},
        "state": {"S": row.state.value},
        "at": {"S": row.at},
        "language": {"S": row.language},
        "network": {"S": row.network},
        "reason": {"S": row.reason},
        "link": {"S": row.link},
        "until": {"S": row.until},
        "links": {"S": " ".join(row.links)},
        "result": {"B": row.result},
        "version": {"N": str(row.version)},
        "due_at": {"S": row.due_at},
    }
    if partition:
        item["due_week"] = {"S": partition}
    if ends:
        item["expires_at"] = {"N": str(int(ends.timestamp()))}
    return item


def load_request(item: dict[str, Any]) -> RequestRow:
    """Read a row's typed attributes."""
    return RequestRow(
        customer_id=item["pk"]["S"].removeprefix("cust#"),
        id=item["sk"]["S"].removeprefix("request#"),
        kind=item["kind"]["S"],
        state=RequestState(item["state"]["S"]),
        at=item["at"]["S"],
        language=item["language"]["S"],
        network=item["network"]["S"],
        due_at=item["due_at"]["S"],
        reason=item["reason"]["S"],
        link=item["link"]["S"],
        until=item["until"]["S"],
        links=tuple(item["links"]["S"].split()),
        result=bytes(item["result"]["B"]),
        version=int(item["version"]["N"]),
    )
