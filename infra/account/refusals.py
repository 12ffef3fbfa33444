"""A no to advertising outlives a restore: who withdrew a consent since gets a stop on the address.

The consents themselves go back to the moment with the record, which is sealed; the stop is a row of its own. A yes that
is confirmed by mail later deletes it, as it deletes the wish of somebody who was forgotten.
"""

from collections.abc import Iterator
from datetime import datetime

from chalicelib.errors import SealBrokenError
from chalicelib.models import Identity
from chalicelib.models.profile import Profile
from chalicelib.models.statements import ConsentState
from chalicelib.services import Services
from chalicelib.shop.stops import StopReason
from chalicelib.store.queues import split_batches
from chalicelib.store.table import READ_BATCH
from infra.account.bring_back import Rows


def keep_refusals(live: Rows, now: Services, other: Rows, then: Services, at: datetime) -> int:
    """Stop the addresses of everybody who withdrew a yes that the restored record still has; return how many people."""
    kept = 0
    for customer in list_changed(live, other):
        before, after = open_profile(customer, then), open_profile(customer, now)
        if before is None or after is None or not took_back(before, after):
            continue
        parts = [then.suppressions.write_stop(row, StopReason.WISH.value, at) for row in name_addresses(before, then)]
        then.table.commit_parts(parts) if parts else None
        kept += bool(parts)
    return kept


def list_changed(live: Rows, other: Rows) -> Iterator[str]:
    """Yield who has a record in both tables, and not the same."""
    for batch in split_batches((row for row in live.scan() if row.get("sk") == {"S": "core"}), READ_BATCH):
        there = other.read(batch)
        for row in batch:
            if there.get(other.write_key(row), row) != row:
                yield row["pk"]["S"].removeprefix("cust#")


def open_profile(customer: str, services: Services) -> Profile | None:
    """Return a profile, or None where it cannot be opened: a damaged record says no more than the restored one."""
    if not services.keys.has_key(customer):
        return None
    try:
        return services.people.load_own(customer).profile
    except (SealBrokenError, ValueError):
        return None


def took_back(before: Profile, after: Profile) -> bool:
    """Return whether a yes stands before that does not stand after."""
    given = {purpose for purpose, consent in before.consents.items() if consent.state is ConsentState.GIVEN}
    stands = {purpose for purpose, consent in after.consents.items() if consent.state is ConsentState.GIVEN}
    return bool(given - stands)


def name_addresses(profile: Profile, services: Services) -> list[str]:
    """Return the rows of the addresses that a profile has in the blind index."""
    found: list[str] = []
    for held in profile.list_current("email"):
        found += services.people.name_rows(Identity(kind="email", value=held.value))
    return found
