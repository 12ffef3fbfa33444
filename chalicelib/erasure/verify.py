"""Verify: read every store again, by another way than the one that removed, and say what is still there.

One of the looks is a decryption that must fail: something sealed under the person's key just before it went.
"""

from chalicelib.erasure.sweep import ErasureTarget, Sweeping, find_waiting
from chalicelib.errors import SealBrokenError
from chalicelib.models import Identity
from chalicelib.people.directory import People
from chalicelib.store.customers import Owner
from chalicelib.store.erasures import ForgetRow
from chalicelib.vault.person import PersonSeal


def find_leftovers(row: ForgetRow, trace: ErasureTarget, tools: Sweeping) -> dict[str, int]:
    """Return what is left, by store; empty when somebody is forgotten."""
    people = tools.people
    remains = {
        "key": int(bool(trace.customer) and people.keys.read_key(trace.customer) is not None),
        "readable": int(probe_still_decrypts(row, people)),
        "rows": sum(1 for _ in people.customers.list_rows(trace.customer)) if trace.customer else 0,
        "names": count_names(trace, people),
        "links": len(tools.links.find_rows(link for link in row.links if not link.startswith("mail:"))),
        "owners": len(people.customers.find_owners(list_link_rows(row, people))),
        "waiting": sum(1 for _ in find_waiting(trace, tools)),
        "suggestions": sum(trace.customer in pair[:2] for pair in people.customers.list_suggestions()),
    }
    return {store: count for store, count in remains.items() if count}


def probe_still_decrypts(row: ForgetRow, people: People) -> bool:
    """Try to open what only the destroyed key could; tell whether that worked."""
    if not row.probe:
        return False
    key = people.keys.read_key(row.customer)
    if key is None:
        return False
    try:
        PersonSeal(row.customer, key).open_record("probe", "probe", row.probe)
    except SealBrokenError:
        return False
    return True


def count_names(trace: ErasureTarget, people: People) -> int:
    """Count the names that are not barred: still the person's, or free for whatever comes late.

    Someone else may hold a name by then: whoever takes one that was barred keeps its moment with it.
    """
    rows = [f"idn#{name}" for name in trace.names]
    owners = people.customers.find_owners(rows)
    return sum(row not in owners or not is_settled(owners[row], trace) for row in rows)


def is_settled(owner: Owner, trace: ErasureTarget) -> bool:
    """Tell a name that is barred for everything up to the person's forgetting, or somebody else's by now."""
    return owner.id != trace.customer if owner.id else owner.gone_at >= trace.gone_at


def list_link_rows(row: ForgetRow, people: People) -> list[str]:
    """Return the index rows that said whose a mail and its links were."""
    names = [Identity(kind="link", value=link) for link in row.links]
    return [index_row for name in names for index_row in people.name_rows(name)]
