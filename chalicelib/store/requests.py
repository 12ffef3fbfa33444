"""Rows of data subject requests: one per request, below the person it is about, so that an erasure finds them.

    pk           sk              holds
    cust#<id>    request#<id>    kind, state, times, language, the address that was asked for (sealed under the person's
                                 key), the network it came from (keyed hash), names of its links

    asking -> sending -> asked -> done                   restrict, object, correct
       |  ^      |         |  +-> confirmed -> done      access: the package is being made; or -> oversize
       |  +------+         +-> expired                   the code was not typed within its 24 hours
       +--> later -> sending                             this address was mailed too often just now
       +--> unreachable                                  mail to the address bounces, or a move's address is taken:
                                                         for staff

A row proves nothing about the person: anybody can type an address. So a row changes no profile and blocks no request.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.models import RequestKind, utc_text
from chalicelib.runs import read_each
from chalicelib.shop.periods import KEEP_FOR_STAFF
from chalicelib.store.table import Part, Row, Table, expire_at, put_in_queue
from chalicelib.vault.person import PersonSeal

OWNED_BY_REQUEST = "request:"  # the owner of a request's link and mail is `request:<customer>:<request>`
TAKEN = "address taken"  # the reason of a move to an address that names somebody else
BY_PERSON = "the person, by mail and code"  # who asked, in the audit
ANSWER_WITHIN = timedelta(days=30)  # GDPR, Article 12(3): one month
KEEP_REQUEST = timedelta(days=30)
WORKERS = "request#0"  # the queue of the function that runs each minute
STAFFS = "request#staff"  # the queue of requests that staff must handle


class RequestState(StrEnum):
    """The states of a request."""

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

# Attributes that are stored under their own names and as they are.
PLAIN = ("kind", "at", "language", "network", "due_at", "reason", "link", "until", "result", "address")


@dataclass(frozen=True)
class RequestRow:
    """One request. Times are RFC 3339 UTC; `due_at` is when its next step is due.

    `link` names the one link that may confirm it, until `until`; `links` names every link it ever had, `mail:` with
    each attempt, and the rows of a package. `result` is the result's token and `address` the address that was asked
    for, both sealed under the person's key; Shopify's requests have no address. `version` is 0 where there is no row
    yet.
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
    address: bytes = b""
    version: int = 0

    @property
    def owner(self) -> str:
        """Return the owner in the index row of this request's links."""
        return f"{OWNED_BY_REQUEST}{self.customer_id}:{self.id}"

    @property
    def record_id(self) -> str:
        """Return the row's sort key, which `result` and `address` are sealed to."""
        return f"request#{self.id}"

    @property
    def asked_at(self) -> datetime:
        """Return when the request was made."""
        return datetime.fromisoformat(self.at)

    def seal_address(self, seal: PersonSeal, address: str) -> "RequestRow":
        """Return the row with the address that was asked for."""
        return replace(self, address=seal.seal_record(self.record_id, "address", address.encode()))

    def open_address(self, seal: PersonSeal) -> str:
        """Return the address that was asked for, normalised, or ""."""
        return seal.open_record(self.record_id, "address", self.address).decode() if self.address else ""

    @property
    def answer_by(self) -> datetime:
        """Return the legal deadline of the answer."""
        return self.asked_at + ANSWER_WITHIN


@dataclass(frozen=True)
class RequestRows:
    """Builds and reads these rows."""

    table: Table

    def write_row(self, row: RequestRow, now: datetime) -> Part:
        """Return the part that writes a row, if it did not change since it was read."""
        return self.table.put_version_part(dump_request(row, now), row.version)

    def read_row(self, customer_id: str, request_id: str) -> RequestRow | None:
        """Return one row, read consistently, or None."""
        row = self.table.read_item(name_row(customer_id, request_id))
        return None if row is None else load_request(row)

    def read_owner(self, owner: str) -> RequestRow | None:
        """Return the request that a link's index row names, or None."""
        if not owner.startswith(OWNED_BY_REQUEST):
            return None
        customer_id, _, request_id = owner.removeprefix(OWNED_BY_REQUEST).partition(":")
        return self.read_row(customer_id, request_id)

    def list_requests(self, customer_id: str) -> list[RequestRow]:
        """Return every request about a customer, oldest first, read consistently."""
        found = map(load_request, self.table.query_items(f"cust#{customer_id}", "request#"))
        return sorted(found, key=lambda row: row.at)

    def list_waiting(self, new: RequestRow, seal: PersonSeal) -> list[RequestRow]:
        """Return the requests of the same kind for the same address that still wait for their mail."""
        held = [row for row in self.list_requests(new.customer_id) if row.kind == new.kind and row.state in UNSENT]
        return [row for row in held if row.open_address(seal) == new.open_address(seal)]

    def list_open(self, queue: str, before: str = "9999") -> Iterator[RequestRow]:
        """Yield the requests of one queue that are due by a time (RFC 3339 UTC), each read again: the index lags."""
        for row in read_each(self.table.list_queue(queue, before), self.read_key, name="request", tell=tell_request):
            if name_queue(row.state) == queue and row.due_at <= before:
                yield row

    def read_key(self, key: Row) -> RequestRow | None:
        """Return the request of a key of the table, or None."""
        return self.read_row(key["pk"].removeprefix("cust#"), tell_request(key))


def make_request(customer_id: str, kind: RequestKind, now: datetime, *, language: str, network: str) -> RequestRow:
    """Return a new request; `network` is the keyed hash of where it came from, or ""."""
    at = utc_text(now)
    return RequestRow(
        customer_id, secrets.token_urlsafe(12), kind.value, RequestState.ASKING, at, language, network, due_at=at
    )


def start_handover(
    customer_id: str, kind: RequestKind, now: datetime, *, language: str, reason: str = "shopify"
) -> RequestRow:
    """Return a request that is for staff at once: nothing is left to prove."""
    row = make_request(customer_id, kind, now, language=language, network="")
    return replace(row, state=RequestState.TO_SHOP, reason=reason)


def tell_request(key: Row) -> str:
    """Return the id of a request, which is random, from its key."""
    return str(key["sk"]).removeprefix("request#")


def name_row(customer_id: str, request_id: str) -> Row:
    return {"pk": f"cust#{customer_id}", "sk": f"request#{request_id}"}


def name_queue(state: RequestState) -> str:
    """Return the queue of a request in this state, or "" where it is over."""
    return "" if state in FINISHED else STAFFS if state in FOR_STAFF else WORKERS


def end_request(row: RequestRow, now: datetime) -> datetime | None:
    """Return when TTL may remove a row; None while a proven request waits for its answer."""
    if row.state in (RequestState.CONFIRMED, RequestState.OVERSIZE, RequestState.TO_SHOP):
        return None
    if row.state is RequestState.UNREACHABLE:
        return row.asked_at + KEEP_FOR_STAFF
    return (now if row.state is RequestState.DONE else row.asked_at) + KEEP_REQUEST


def dump_request(row: RequestRow, now: datetime) -> Row:
    """Return a row's attributes but for its version."""
    ends, queue = end_request(row, now), name_queue(row.state)
    return {
        **name_row(row.customer_id, row.id),
        "state": row.state.value,
        "links": " ".join(row.links),
        **{name: getattr(row, name) for name in PLAIN},
        **(put_in_queue(queue, row.due_at) if queue else {}),
        **(expire_at(ends) if ends else {}),
    }


def load_request(row: Row) -> RequestRow:
    return RequestRow(
        customer_id=row["pk"].removeprefix("cust#"),
        id=row["sk"].removeprefix("request#"),
        state=RequestState(row["state"]),
        links=tuple(row["links"].split()),
        version=int(row["version"]),
        **{name: row[name] for name in PLAIN if name in row},  # a joined record has no sealed ones (joining.copies)
    )
