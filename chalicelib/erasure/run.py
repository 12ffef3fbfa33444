"""Takes each erasure further, every minute: sweep, verify, receipt; verify again after 1, 14 and 35 days.

Every step may stop at any point and be repeated. Data that a later verification finds (a restored table, a replayed
queue) is swept again, and an error is logged.
"""

import logging
import time
from base64 import b64encode
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.erasure.others import forget_others
from chalicelib.erasure.receipts import publish_receipt, sign_receipt
from chalicelib.erasure.sweep import ErasureTarget, count_stores, sweep_person
from chalicelib.erasure.verify import find_leftovers
from chalicelib.errors import KeyUnavailableError, RaceLostError
from chalicelib.models import utc_text
from chalicelib.runs import run_each
from chalicelib.services import Services
from chalicelib.shop.brand import name_shop
from chalicelib.store.erasures import ErasureRow, Stage
from chalicelib.store.ledger import Erasure, write_claim

log = logging.getLogger(__name__)

LONGEST_RUN = 45  # seconds; the function has 60
LATE_AFTER = timedelta(days=1)  # the pages promise minutes; the law gives a month
CHECKS = (timedelta(days=1), timedelta(days=14), timedelta(days=35))


def advance_erasures(services: Services, now: datetime) -> dict[str, int]:
    """Take each erasure that is due as far as it goes now, and sign the ledger; return counts by outcome."""
    counts = run_each(
        services.erasures.list_due(now),
        lambda row: advance_erasure(row, services, now),
        name="erasure",
        key=lambda row: row.id,
        until=time.monotonic() + LONGEST_RUN,
    )
    sign_ledger(services)
    return counts


def sign_ledger(services: Services) -> None:
    """Sign the last entry, which covers all before it; while the key is out of reach, the next run does it."""
    head = services.ledger.read_head()
    if head.number and not services.ledger.has_signature(head):
        try:
            signature = services.signer.sign_text(write_claim(head))
        except KeyUnavailableError:
            log.warning("ledger_unsigned", extra={"count": head.number})
        else:
            services.ledger.write_signature(head, b64encode(signature).decode())


def advance_erasure(row: ErasureRow, services: Services, now: datetime) -> str:
    """Take one erasure as far as it goes now; return its outcome."""
    if row.due_at < utc_text(now):  # behind the others that are due: should this run die, the next begins with them
        waiting, row = row, replace(row, due_at=utc_text(now))
        services.table.commit_parts([services.erasures.replace_row(waiting, row)])
    entry = services.ledger.read_entry(row.number)
    target = ErasureTarget(row.customer, entry.names, utc_text(entry.gone_at))
    if row.stage is Stage.SWEEPING:
        if now - entry.gone_at > LATE_AFTER:
            log.error("erasure_late", extra={"key": row.id})
        return finish_sweep(row, entry, target, services, now)
    leftovers = find_leftovers(row, target, services)
    if leftovers:
        log.error("forgotten_came_back", extra={"key": row.id, "counts": leftovers})
        return finish_sweep(row, entry, target, services, now)
    return move_row(row, plan_check(row, row.checks + 1), services)


def finish_sweep(row: ErasureRow, entry: Erasure, target: ErasureTarget, services: Services, now: datetime) -> str:
    """Sweep, verify, and write the receipt where there is none yet."""
    row = count_stores(row, target, services, lambda: forget_others(row, target, services, now))
    destroy_key(target, services)
    sweep_person(row, target, services, now)
    leftovers = find_leftovers(row, target, services)
    if leftovers:
        log.error("erasure_incomplete", extra={"key": row.id, "counts": leftovers})
        return "incomplete"
    new = row if row.receipt else sign_receipt(row, entry, name_shop(services.settings), services.signer, now)
    return move_row(row, plan_check(replace(new, stage=Stage.VERIFIED), row.checks), services, publish=now)


def destroy_key(target: ErasureTarget, services: Services) -> None:
    """Delete a key that a restored table brought back, and that of the list of names, which came back with it."""
    if target.customer and services.keys.has_key(target.customer):
        services.table.commit_parts([services.keys.delete_key(target.customer), services.roster_rows.destroy_key()])


def plan_check(row: ErasureRow, checks: int) -> ErasureRow:
    """Return the row with its next verification, or closed after the last."""
    if checks >= len(CHECKS):
        return replace(row, stage=Stage.CLOSED, checks=checks, due_at="", links=(), probe=b"")
    return replace(row, checks=checks, due_at=utc_text(datetime.fromisoformat(row.at) + CHECKS[checks]))


def move_row(old: ErasureRow, new: ErasureRow, services: Services, publish: datetime | None = None) -> str:
    """Write a row's next state, and its receipt to the link that the person has."""
    parts = [services.erasures.replace_row(old, new)]
    if publish is not None and new.result:
        parts.append(services.links.write_row(new.result, publish_receipt(new, publish)))
    try:
        services.table.commit_parts(parts)
    except RaceLostError:
        return "moved"
    return new.stage.value
