"""Checks of what the shop owes people: answers by their deadlines, erasures, and a ledger that is whole. No names."""

from datetime import datetime, timedelta

from chalicelib.erasure.ledger_check import check_ledger
from chalicelib.erasure.run import LATE_AFTER
from chalicelib.store.erasures import Stage as ErasureStage
from chalicelib.store.requests import FOR_STAFF
from chalicelib.today.requests import list_open
from infra.watch.finding import Finding, amber, green, red
from infra.watch.stage import Stage

SOON = timedelta(days=7)
OPEN = 1_000  # erasures that are looked at


def check_requests(stage: Stage) -> Finding:
    """Look for requests about data whose deadline is near or over."""
    rows = list_open(stage.services)
    late = [row for row in rows if row.answer_by < stage.now]
    near = [row for row in rows if stage.now <= row.answer_by < stage.now + SOON]
    staffs = [row for row in rows if row.state in FOR_STAFF]
    do = f"{stage.name_command('requests')} lists them with their days."
    if late:
        return red(f"{len(late)} requests about data are past the legal deadline.", do)
    if near:
        return amber(f"{len(near)} requests about data must be answered within {SOON.days} days.", do)
    return green(f"{len(rows)} requests about data are open, {len(staffs)} of them for staff.")


def check_erasures(stage: Stage) -> Finding:
    """Look for erasures that are not finished after a day."""
    sweeping = [row for row in stage.services.erasures.list_open(OPEN) if row.stage is ErasureStage.SWEEPING]
    late = [row for row in sweeping if stage.now - datetime.fromisoformat(row.at) > LATE_AFTER]
    if late:
        return red(f"{len(late)} erasures are not finished after a day.", "docs/runbook.md#erasures-late says why.")
    return green(f"{len(sweeping)} erasures are under way, none for more than a day.")


def check_whole(stage: Stage) -> Finding:
    """Compare the ledger with its signatures and with the receipts of open erasures, as `make verify-ledger` does."""
    services = stage.services
    texts = list(services.ledger.list_texts())
    faults = check_ledger(texts, services.erasures.list_open(OPEN), services.signer.read_public(), services)
    if faults:
        do = f"{stage.name_command('verify-ledger')} lists every fault; restore the ledger (docs/erasure.md)."
        return red(f"The ledger of erasures is not whole: {len(faults)} faults.", do)
    return green(f"The ledger of {len(texts)} erasures is whole.")
