"""After a restore: replay the ledger. Every customer who was forgotten is forgotten in the restored tables too.

Nothing but the door may run until the command reports that nothing is left (docs/erasure.md, "After a restore"). It may
be repeated.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from chalicelib.erasure.forget import bar_address
from chalicelib.erasure.run import advance_erasure
from chalicelib.erasure.sweep import ErasureTarget, list_links
from chalicelib.erasure.verify import find_leftovers
from chalicelib.models import utc_text
from chalicelib.services import Services
from chalicelib.store.erasures import ErasureRow, Stage
from chalicelib.store.ledger import Erasure


def replay_entries(entries: Iterable[Erasure], services: Services, now: datetime) -> dict[str, int]:
    """Forget again every customer in the entries; return counts: still forgotten, forgotten again, incomplete."""
    return dict(Counter(replay_entry(entry, services, now) for entry in entries))


def replay_entry(entry: Erasure, services: Services, now: datetime) -> str:
    """Forget one person again if a store still holds anything of them."""
    target = ErasureTarget(entry.customer, entry.names, utc_text(entry.gone_at))
    held = services.erasures.read_row(entry.request)
    row = held or revive_row(entry)
    row = replace(row, links=tuple(dict.fromkeys((*row.links, *list_links(target, services)))))
    if held is not None and not find_leftovers(row, target, services):
        return "still forgotten"
    again = replace(row, stage=Stage.SWEEPING, due_at=utc_text(now))
    # A table that knows the erasure also knows whether its owner lifted the wish since.
    barred = bar_address(entry.barred, services, entry.at) if held is None else []
    services.table.commit_parts([services.erasures.put_row(again), *barred])
    outcome = advance_erasure(again, services, now)
    return outcome if outcome == "incomplete" else "forgotten again"


def revive_row(entry: Erasure) -> ErasureRow:
    """Return the row of an erasure that the restored table does not know."""
    at = utc_text(entry.at)
    return ErasureRow(
        id=entry.request,
        stage=Stage.SWEEPING,
        customer=entry.customer,
        number=entry.number,
        reason=entry.reason,
        requested_at=at,
        at=at,
    )
