"""The ledger of erasures during a restore: exported before, and filled from an export where it was lost itself."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from botocore.exceptions import ClientError

from chalicelib.store.ledger import Ledger, check_chain
from infra.account.ledger_file import Texts, export_ledger, fill_ledger, read_entries
from infra.account.operator import Operator, is_missing
from infra.places import show_path


def export_entries(operator: Operator, folder: Path, paused: datetime) -> None:
    """Write the ledger to a file of its own, unless this restore did it already on this machine."""
    path = folder / f"{operator.names.stage}-ledger-{paused:%Y%m%d-%H%M%S}.jsonl"
    if path.exists():
        return
    try:
        export_ledger(operator, path)
    except ClientError as error:
        if not is_missing(error):
            raise
        operator.say("The ledger's table is not there: nothing to export.")


def open_entries(file: str, tables: Sequence[str]) -> Texts:
    """Return the entries of FILE=..., before anything is stopped; raise SystemExit where it is of no use."""
    if not file:
        return []
    if "ledger" not in tables:
        raise SystemExit("FILE=... belongs to TABLE=ledger or TABLE=all: other tables are not filled from a file.")
    texts = read_entries(Path(file))
    if faults := check_chain(texts):
        raise SystemExit(f"FILE={show_path(Path(file))} is not whole: {faults[0]}")
    return texts


def fill_entries(operator: Operator, ledger: Ledger, texts: Texts) -> None:
    """Append the entries of an export behind the last one that is there."""
    if texts:
        operator.say(f"Ledger: {fill_ledger(texts, ledger)} entries put back from FILE=...")
