"""Sweep: remove what is left of somebody whose key is gone. Every step may be repeated, and begins where it stopped.

    count what there is -> names become tombstones -> links and whose they were -> waiting inbox items -> suggestions
    -> the customer's own rows: history, mails, requests

The names come from the ledger and the links from the mails' rows, which are read before they are removed: so nothing
here needs the key, and a restored table is swept by the same steps.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.erasure.waiting import WaitingItems
from chalicelib.errors import RaceLostError
from chalicelib.services import Services
from chalicelib.store.erasures import ErasureRow
from chalicelib.store.identities import make_row
from chalicelib.store.inbox import State
from chalicelib.store.table import Part, Row

KINDS = {"profile": "profile", "event": "history", "mail": "mails", "request": "requests"}


@dataclass(frozen=True)
class ErasureTarget:
    """What to look for: whose rows, which index rows, since when they are forgotten (RFC 3339 UTC).

    `waiting` are the inbox items that wait for somebody, read once for all erasures of a run.
    """

    customer: str
    names: tuple[str, ...]
    gone_at: str
    waiting: WaitingItems

    def list_waiting(self) -> list[tuple[str, State]]:
        """Return (key, state) of waiting inbox items about this person that are older than the erasure."""
        return self.waiting.find_about({make_row(name) for name in self.names}, self.gone_at)


def count_stores(row: ErasureRow, target: ErasureTarget, services: Services) -> ErasureRow:
    """Count what there is, once, and remember which links the mails hold; return the row as it is then."""
    if row.counts is not None:
        return row
    own, links = list_own(target, services), tuple(dict.fromkeys((*row.links, *list_links(target, services))))
    counts = {"names": len(list_held(target, services)), "links": sum(not link.startswith("mail:") for link in links)}
    counts["waiting"] = len(target.list_waiting())
    for one in own:
        kind = name_store(one["sk"])
        counts[kind] = counts.get(kind, 0) + 1
    new = replace(row, counts=counts, links=links)
    services.table.commit_parts([services.erasures.replace_row(row, new)])
    return new


def sweep_person(row: ErasureRow, target: ErasureTarget, services: Services, now: datetime) -> None:
    """Remove everything that is left."""
    bar_names(target, services)
    drop_links(row.links, services)
    blank_waiting(target, services, now)
    services.identities.delete_suggestions(target.customer)
    if target.customer:
        services.people_rows.delete_rows(target.customer)


def list_own(target: ErasureTarget, services: Services) -> list[Row]:
    """Return the rows under the customer's id; none where nobody was held."""
    return list(services.people_rows.list_rows(target.customer)) if target.customer else []


def list_links(target: ErasureTarget, services: Services) -> list[str]:
    """Return the names of links that the customer's rows hold: of mails, of requests, of packages."""
    return [link for one in list_own(target, services) for link in str(one.get("links", "")).split()]


def name_store(sort_key: str) -> str:
    """Return what a row of a customer is, as the receipt calls it."""
    return KINDS.get(sort_key.partition("#")[0], "other")


def list_held(target: ErasureTarget, services: Services) -> list[str]:
    """Return the index rows that still lead to the customer."""
    rows = [make_row(name) for name in target.names]
    owners = services.identities.find_owners(rows)
    return [row for row, owner in owners.items() if target.customer and owner.id == target.customer]


def bar_names(target: ErasureTarget, services: Services) -> None:
    """Turn every name into a tombstone of the latest moment; one that someone else holds meanwhile is theirs."""
    identities = services.identities
    rows = [make_row(name) for name in target.names]
    owners = identities.find_owners(rows)
    for row in rows:
        owner = owners.get(row)
        if owner and owner.id and owner.id == target.customer:
            commit_quietly([identities.write_tombstone(row, target.customer, target.gone_at)], services)
        elif part := identities.block_if_free(row, owner, target.gone_at):
            commit_quietly(part, services)


def commit_quietly(parts: list[Part], services: Services) -> None:
    """Write, unless someone was faster: the verifier tells whether what they wrote is right."""
    try:
        services.table.commit_parts(parts)
    except RaceLostError:
        return


def drop_links(links: Iterable[str], services: Services) -> None:
    """Delete the links of the mails, and whose they were."""
    services.identities.delete_names(services.people.name_links(links))
    services.links.delete_rows(link for link in links if not link.startswith("mail:"))


def blank_waiting(target: ErasureTarget, services: Services, now: datetime) -> None:
    """Empty the inbox items about this person."""
    for key, state in target.list_waiting():
        commit_quietly([services.inbox.write_tombstone(key, State.NOBODY, now, state)], services)
