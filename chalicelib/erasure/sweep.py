"""Sweep: remove what is left of somebody whose key is gone. Every step may be repeated, and begins where it stopped.

    count what there is -> names become tombstones -> links and whose they were -> waiting inbox items -> suggestions
    -> the customer's own rows: history, mails, requests

The names come from the ledger and the links from the mails' rows, which are read before they are removed: so nothing
here needs the key, and a restored table is swept by the same steps.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib.erasure.tombstones import happened_at
from chalicelib.errors import RaceLostError, RegularsError
from chalicelib.models import Identity, Submission, utc_text
from chalicelib.people.directory import People
from chalicelib.people.identity import list_identities
from chalicelib.senders import read_submission
from chalicelib.store.erasures import ForgetRow, ForgetRows
from chalicelib.store.inbox import Inbox, State
from chalicelib.store.links import Links
from chalicelib.store.unconfirmed import Wait
from chalicelib.vault.envelope import InboxOpener

WAITING = (State.PARKED.value, State.QUARANTINED.value, *(wait.value for wait in Wait))
KINDS = {"profile": "profile", "event": "history", "mail": "mails", "request": "requests"}
MOST_WAITING = 100_000
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Sweeping:
    """What sweeping works with; `region` reads phone numbers that have no country code."""

    people: People
    rows: ForgetRows
    inbox: Inbox
    links: Links
    opener: InboxOpener
    region: str


@dataclass(frozen=True)
class ErasureTarget:
    """What to look for: whose rows, which index rows, since when they are forgotten (RFC 3339 UTC)."""

    customer: str
    names: tuple[str, ...]
    gone_at: str


def count_stores(row: ForgetRow, trace: ErasureTarget, tools: Sweeping) -> ForgetRow:
    """Count what there is, once, and remember which links the mails hold; return the row as it is then."""
    if row.counts is not None:
        return row
    own, links = list_own(trace, tools), tuple(dict.fromkeys((*row.links, *list_links(trace, tools))))
    counts = {"names": len(list_held(trace, tools)), "links": sum(not link.startswith("mail:") for link in links)}
    counts["waiting"] = sum(1 for _ in find_waiting(trace, tools))
    for one in own:
        kind = name_store(one["sk"]["S"])
        counts[kind] = counts.get(kind, 0) + 1
    new = replace(row, counts=counts, links=links)
    tools.people.customers.commit_parts([tools.rows.replace_row(row, new)])
    return new


def sweep_person(row: ForgetRow, trace: ErasureTarget, tools: Sweeping, now: datetime) -> None:
    """Remove everything that is left."""
    bar_names(trace, tools)
    drop_links(row.links, tools)
    blank_waiting(trace, tools, now)
    drop_suggestions(trace.customer, tools)
    drop_own(trace, tools)


def list_own(trace: ErasureTarget, tools: Sweeping) -> Rows:
    """Return the rows under the customer's id; none where nobody was held."""
    return list(tools.people.customers.list_rows(trace.customer)) if trace.customer else []


def list_links(trace: ErasureTarget, tools: Sweeping) -> list[str]:
    """Return the names of links that the customer's rows hold: of mails, of requests, of packages."""
    return [link for one in list_own(trace, tools) for link in one.get("links", {}).get("S", "").split()]


def name_store(sort_key: str) -> str:
    """Return what a row of a customer is, as the receipt calls it."""
    return KINDS.get(sort_key.partition("#")[0], "other")


def list_held(trace: ErasureTarget, tools: Sweeping) -> list[str]:
    """Return the index rows that still lead to the customer."""
    rows = [f"idn#{name}" for name in trace.names]
    owners = tools.people.customers.find_owners(rows)
    return [row for row, owner in owners.items() if trace.customer and owner.id == trace.customer]


def bar_names(trace: ErasureTarget, tools: Sweeping) -> None:
    """Turn every name into a tombstone of the latest moment; one that someone else holds meanwhile is theirs."""
    customers = tools.people.customers
    rows = [f"idn#{name}" for name in trace.names]
    owners = customers.find_owners(rows)
    for row in rows:
        owner = owners.get(row)
        if owner and owner.id and owner.id == trace.customer:
            commit_quietly([customers.write_tombstone(row, trace.customer, trace.gone_at)], tools)
        elif part := customers.block_if_free(row, owner, trace.gone_at):
            commit_quietly(part, tools)


def commit_quietly(parts: Rows, tools: Sweeping) -> None:
    """Write, unless someone was faster: the verifier tells whether what they wrote is right."""
    try:
        tools.people.customers.commit_parts(parts)
    except RaceLostError:
        return


def drop_links(links: Iterable[str], tools: Sweeping) -> None:
    """Delete the links of the mails, and whose they were."""
    names = [Identity(kind="link", value=link) for link in links]
    rows = [row for name in names for row in tools.people.name_rows(name)]
    tools.people.customers.delete_rows({"pk": {"S": row}, "sk": {"S": "identity"}} for row in rows)
    tools.links.delete_rows(link for link in links if not link.startswith("mail:"))


def find_waiting(trace: ErasureTarget, tools: Sweeping) -> Iterator[tuple[str, State]]:
    """Yield (key, state) of inbox items that wait for somebody and are about this person, as they were."""
    wanted = {f"idn#{name}" for name in trace.names}
    for partition in WAITING:
        for key in tools.inbox.list_pending(partition, most=MOST_WAITING):
            item = tools.inbox.read_item(key)
            if item is not None and item.sealed and is_about(key, item.sealed, wanted, trace, tools):
                yield key, item.state


def is_about(key: str, sealed: bytes, wanted: set[str], trace: ErasureTarget, tools: Sweeping) -> bool:
    """Tell whether a waiting submission names this person and is older than their forgetting."""
    try:
        submission: Submission = tools.opener.open_submission(key, sealed)
        reading = read_submission(submission)
    except RegularsError:
        return False  # parked because nobody can read it
    names = list_identities(submission, reading, tools.region)
    rows = {row for name in names for row in tools.people.name_rows(name)}
    return bool(rows & wanted) and utc_text(happened_at(submission, reading)) <= trace.gone_at


def blank_waiting(trace: ErasureTarget, tools: Sweeping, now: datetime) -> None:
    """Empty the inbox items about this person."""
    for key, state in list(find_waiting(trace, tools)):
        commit_quietly([tools.inbox.write_tombstone(key, State.NOBODY, now, state)], tools)


def drop_suggestions(customer_id: str, tools: Sweeping) -> None:
    """Delete the notes that this customer may be the same as another."""
    customers = tools.people.customers
    pairs = [(one, other) for one, other, _ in customers.list_suggestions() if customer_id in (one, other)]
    customers.delete_rows({"pk": {"S": "merge"}, "sk": {"S": f"{one}#{other}"}} for one, other in pairs)


def drop_own(trace: ErasureTarget, tools: Sweeping) -> None:
    """Delete the customer's own rows, history and all."""
    rows = list_own(trace, tools)
    tools.people.customers.delete_rows({"pk": row["pk"], "sk": row["sk"]} for row in rows)
