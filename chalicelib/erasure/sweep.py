"""Sweep: remove the remaining rows of a person whose key is gone. Every step may be repeated.

    count the rows -> names become tombstones -> links and their owner rows -> waiting inbox items -> suggestions
    -> the customer's own rows: history, mails, requests

The names come from the ledger, and the links from the mails' rows, which are read before they are removed. So no step
needs the key, and the same steps sweep a restored table.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from chalicelib.erasure.waiting import blank_waiting, find_waiting
from chalicelib.errors import RaceLostError
from chalicelib.services import Services
from chalicelib.store.erasures import ErasureRow
from chalicelib.store.identities import make_row, read_name
from chalicelib.store.stored_rows import find_names, find_numbers
from chalicelib.store.table import Part, Row

KINDS = {
    "core": "profile",
    "order": "orders",
    "entry": "entries",
    "event": "history",
    "mail": "mails",
    "request": "requests",
}
BATCH = 100  # rows of a customer in one step of the sweep


@dataclass(frozen=True)
class ErasureTarget:
    """The person to remove: the customer id, their index rows, and when they were forgotten (RFC 3339 UTC)."""

    customer: str
    names: tuple[str, ...]
    gone_at: str

    @property
    def rows(self) -> list[str]:
        """Return the index rows of the names."""
        return [make_row(name) for name in self.names]


def count_stores(
    row: ErasureRow, target: ErasureTarget, services: Services, forget_others: Callable[[], int]
) -> ErasureRow:
    """Count the rows of each store, once, and keep the names of the mails' links; return the changed row.

    `forget_others` forgets the other records of the same addresses and returns how many there were.
    """
    if row.counts is not None:
        return row
    links = tuple(dict.fromkeys((*row.links, *list_links(target, services))))
    counts = {"names": len(list_held(target, services)), "links": sum(not link.startswith("mail:") for link in links)}
    counts["waiting"] = sum(1 for _ in find_waiting(target.rows, target.gone_at, services))
    counts["records"] = int(bool(target.customer)) + forget_others()
    for item in list_own(target, services):
        kind = name_store(item["sk"])
        counts[kind] = counts.get(kind, 0) + 1
    new = replace(row, counts=counts, links=links)
    services.table.commit_parts([services.erasures.replace_row(row, new)])
    return new


def sweep_person(row: ErasureRow, target: ErasureTarget, services: Services, now: datetime) -> None:
    block_names(target.names, target, services)
    drop_links(row.links, services)
    blank_waiting(target.rows, target.gone_at, services, now)
    services.identities.delete_suggestions(target.customer)
    if target.customer:
        services.identities.drop_holder(target.rows, target.customer)
    sweep_rows(target, services)


def sweep_rows(target: ErasureTarget, services: Services) -> None:
    """Delete the customer's own rows, some at a time; the names of orders stand on their rows and are blocked first."""
    rows = list_own(target, services)
    while batch := list(islice(rows, BATCH)):
        named = [read_name(name) for row in batch for name in find_names(row)]
        block_names(tuple(dict.fromkeys(named)), target, services)
        services.identities.drop_holder({name for row in batch for name in find_numbers(row)}, target.customer)
        services.people_rows.delete_rows(target.customer, [row["sk"] for row in batch])


def list_own(target: ErasureTarget, services: Services) -> Iterator[Row]:
    """Yield the rows under the customer's id; none where the erasure has no customer."""
    if target.customer:
        yield from services.people_rows.list_rows(target.customer)


def list_links(target: ErasureTarget, services: Services) -> list[str]:
    """Return the names of links that the customer's rows hold: of mails, of requests, of packages."""
    return [link for row in list_own(target, services) for link in str(row.get("links", "")).split()]


def name_store(sort_key: str) -> str:
    """Return the kind of a customer's row, by the receipt's name for it."""
    return KINDS.get(sort_key.partition("#")[0], "other")


def list_held(target: ErasureTarget, services: Services) -> list[str]:
    """Return the index rows that still lead to the customer."""
    owners = services.identities.find_owners(target.rows)
    return [row for row, owner in owners.items() if target.customer and owner.id == target.customer]


def block_names(names: Sequence[str], target: ErasureTarget, services: Services) -> None:
    """Turn names into a tombstone of the latest moment, but for a name that another customer holds by now."""
    identities = services.identities
    rows = [make_row(name) for name in names]
    owners = identities.find_owners(rows)
    for row in rows:
        owner = owners.get(row)
        if owner and owner.id and owner.id == target.customer:
            commit_quietly([identities.write_tombstone(row, target.customer, target.gone_at)], services)
        elif part := identities.block_if_free(row, owner, target.gone_at):
            commit_quietly(part, services)


def commit_quietly(parts: list[Part], services: Services) -> None:
    """Write the parts, unless another worker was faster: the verifier checks what that worker wrote."""
    try:
        services.table.commit_parts(parts)
    except RaceLostError:
        return


def drop_links(links: Iterable[str], services: Services) -> None:
    """Delete the links of the mails, and the rows of their owner."""
    services.identities.delete_names(services.people.name_links(links))
    services.links.delete_rows(link for link in links if not link.startswith("mail:"))
