"""Verify: read every store again, by other queries than the sweep's, and return what is still there.

One check is a decryption that must fail: of a text sealed under the person's key just before the key was deleted.
"""

from chalicelib.erasure.sweep import ErasureTarget
from chalicelib.erasure.waiting import find_waiting
from chalicelib.errors import SealBrokenError
from chalicelib.services import Services
from chalicelib.store.erasures import ErasureRow
from chalicelib.store.identities import Owner
from chalicelib.vault.person import PersonSeal


def find_leftovers(row: ErasureRow, target: ErasureTarget, services: Services) -> dict[str, int]:
    """Return how many rows are left, by store; empty when a person is forgotten."""
    identities, customer = services.identities, target.customer
    leftovers = {
        "key": int(bool(customer) and services.keys.read_key(customer) is not None),
        "readable": int(probe_still_decrypts(row, services)),
        "rows": sum(1 for _ in services.people_rows.list_rows(customer)) if customer else 0,
        "holders": count_notes(target, services),
        "names": count_names(target, services),
        "links": len(services.links.find_rows(link for link in row.links if not link.startswith("mail:"))),
        "owners": len(identities.find_owners(services.people.name_links(row.links))),
        "waiting": sum(1 for _ in find_waiting(target.rows, target.gone_at, services)),
        "suggestions": sum(customer in pair[:2] for pair in identities.list_suggestions()),
    }
    return {store: count for store, count in leftovers.items() if count}


def probe_still_decrypts(row: ErasureRow, services: Services) -> bool:
    """Return whether the probe, which only the destroyed key opens, can still be opened."""
    key = services.keys.read_key(row.customer) if row.probe else None
    if key is None:
        return False
    try:
        PersonSeal(row.customer, key).open_record("probe", "probe", row.probe)
    except SealBrokenError:
        return False
    return True


def count_names(target: ErasureTarget, services: Services) -> int:
    """Return how many names are not blocked: the person still holds them, or a late submission could claim them.

    Another customer may hold a name by then: taking over a blocked name keeps the time of its tombstone.
    """
    rows = target.rows
    owners = services.identities.find_owners(rows)
    return sum(row not in owners or not is_settled(owners[row], target) for row in rows)


def count_notes(target: ErasureTarget, services: Services) -> int:
    """Return how many notes still say that the customer's record holds an address."""
    rows = target.rows
    return int(bool(target.customer) and target.customer in services.identities.list_holders(rows))


def is_settled(owner: Owner, target: ErasureTarget) -> bool:
    """Return whether a name is a tombstone at least as new as this erasure, or held by another customer."""
    return owner.id != target.customer if owner.id else owner.gone_at >= target.gone_at
