"""After a restore: let the ledger have its way again. Whoever was forgotten is forgotten in the restored tables too.

The door stays closed until this says that nothing is left (docs/forgetting.md, "After a restore"). It may be repeated.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from chalicelib.erasure.run import Erasing, advance_erasure
from chalicelib.erasure.sweep import ErasureTarget, list_links
from chalicelib.erasure.verify import find_leftovers
from chalicelib.models import utc_text
from chalicelib.store.erasures import ForgetRow, Stage
from chalicelib.store.ledger import Erasure


def replay_entries(entries: Iterable[Erasure], tools: Erasing, now: datetime) -> dict[str, int]:
    """Forget again whoever the entries name; return counts: still forgotten, forgotten again, incomplete."""
    counts: dict[str, int] = {}
    for entry in entries:
        outcome = replay_entry(entry, tools, now)
        counts[outcome] = counts.get(outcome, 0) + 1
    return counts


def replay_entry(entry: Erasure, tools: Erasing, now: datetime) -> str:
    """Forget one again if anything of them is there."""
    sweeping = tools.sweeping
    trace = ErasureTarget(entry.customer, entry.names, utc_text(entry.at))
    held = sweeping.rows.read_row(entry.request)
    row = held or revive_row(entry)
    row = replace(row, links=tuple(dict.fromkeys((*row.links, *list_links(trace, sweeping)))))
    if held is not None and not find_leftovers(row, trace, sweeping):
        return "still forgotten"
    again = replace(row, stage=Stage.SWEEPING, due_at=utc_text(now))
    sweeping.people.customers.commit_parts([sweeping.rows.put_row(again)])
    outcome = advance_erasure(again, tools, now)
    return outcome if outcome == "incomplete" else "forgotten again"


def revive_row(entry: Erasure) -> ForgetRow:
    """Return the row of an erasure that the restored table does not know."""
    at = utc_text(entry.at)
    return ForgetRow(
        id=entry.request,
        stage=Stage.SWEEPING,
        customer=entry.customer,
        number=entry.number,
        reason=entry.reason,
        requested_at=at,
        at=at,
    )
