"""Brings each erasure on, every minute: sweep, verify, receipt; verify again after 1, 14 and 35 days.

Every step may stop anywhere and be repeated. What is found again later (a restored table, a queue that was replayed)
is swept again, and said aloud.
"""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.erasure.receipts import publish_receipt, sign_receipt
from chalicelib.erasure.sweep import ErasureTarget, Sweeping, count_stores, sweep_person
from chalicelib.erasure.verify import find_leftovers
from chalicelib.errors import RaceLostError, RegularsError
from chalicelib.models import utc_text
from chalicelib.store.erasures import ForgetRow, Stage
from chalicelib.store.ledger import Erasure, Ledger
from chalicelib.vault.signing import Signer

log = logging.getLogger(__name__)

CHECKS = (timedelta(days=1), timedelta(days=14), timedelta(days=35))


@dataclass(frozen=True)
class Erasing:
    """What this works with; `shop` is the name on the receipt."""

    sweeping: Sweeping
    ledger: Ledger
    signer: Signer
    shop: str


def advance_erasures(tools: Erasing, now: datetime) -> dict[str, int]:
    """Bring on every erasure that has something to do; return counts by what became of them."""
    counts: dict[str, int] = {}
    for row in tools.sweeping.rows.list_due(now):
        try:
            outcome = advance_erasure(row, tools, now)
        except (RegularsError, ClientError, BotoCoreError) as fault:
            log.warning("erasure_postponed", extra={"key": row.id, "fault": type(fault).__name__})
            outcome = "postponed"
        counts[outcome] = counts.get(outcome, 0) + 1
    return counts


def advance_erasure(row: ForgetRow, tools: Erasing, now: datetime) -> str:
    """Bring one erasure as far as it goes now."""
    entry = tools.ledger.read_entry(row.number)
    trace = ErasureTarget(row.customer, entry.names, row.at)
    if row.stage is Stage.SWEEPING:
        return finish_sweep(row, entry, trace, tools, now)
    remains = find_leftovers(row, trace, tools.sweeping)
    if remains:
        log.error("forgotten_came_back", extra={"key": row.id, "counts": remains})
        return finish_sweep(row, entry, trace, tools, now)
    return move_row(row, plan_check(row, row.checks + 1), tools)


def finish_sweep(row: ForgetRow, entry: Erasure, trace: ErasureTarget, tools: Erasing, now: datetime) -> str:
    """Sweep, verify, and write the receipt where there is none yet."""
    sweeping = tools.sweeping
    row = count_stores(row, trace, sweeping)
    destroy_key(trace, sweeping)
    sweep_person(row, trace, sweeping, now)
    remains = find_leftovers(row, trace, sweeping)
    if remains:
        log.error("erasure_incomplete", extra={"key": row.id, "counts": remains})
        return "incomplete"
    new = row if row.receipt else sign_receipt(row, entry, tools.shop, tools.signer, now)
    return move_row(row, plan_check(replace(new, stage=Stage.VERIFIED), row.checks), tools, publish=now)


def destroy_key(trace: ErasureTarget, tools: Sweeping) -> None:
    """Delete a key that a restored table brought back."""
    keys = tools.people.keys
    if trace.customer and keys.read_row(f"cust#{trace.customer}") is not None:
        tools.people.customers.commit_parts([keys.delete_key(trace.customer)])


def plan_check(row: ForgetRow, checks: int) -> ForgetRow:
    """Return the row with its next verification, or closed after the last."""
    if checks >= len(CHECKS):
        return replace(row, stage=Stage.CLOSED, checks=checks, due_at="", links=(), probe=b"")
    return replace(row, checks=checks, due_at=utc_text(datetime.fromisoformat(row.at) + CHECKS[checks]))


def move_row(old: ForgetRow, new: ForgetRow, tools: Erasing, publish: datetime | None = None) -> str:
    """Write a row's next state, and its receipt to where the person looks for it."""
    sweeping = tools.sweeping
    parts = [sweeping.rows.replace_row(old, new)]
    if publish is not None and new.result:
        parts.append(sweeping.links.write_row(new.result, publish_receipt(new, publish)))
    try:
        sweeping.people.customers.commit_parts(parts)
    except RaceLostError:
        return "moved"
    return new.stage.value
