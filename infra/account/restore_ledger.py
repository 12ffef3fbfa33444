"""The ledger of erasures during a restore: exported before, and filled from an export where it was lost itself."""

from datetime import datetime
from pathlib import Path

from botocore.exceptions import ClientError

from chalicelib.store.ledger import Erasure, Ledger
from infra.account.door import open_services
from infra.account.operator import Operator, is_missing
from infra.places import show_path


def export_entries(operator: Operator, folder: Path, paused: datetime) -> None:
    """Write the ledger to a file of its own, one entry a line, unless this restore did it already."""
    path = folder / f"{operator.names.stage}-ledger-{paused:%Y%m%d-%H%M%S}.jsonl"
    if path.exists():
        return
    try:
        texts = [text for _, text in open_services(operator, {}).ledger.list_texts()]
    except ClientError as error:
        if not is_missing(error):
            raise
        operator.say("The ledger's table is not there: nothing to export.")
        return
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{text}\n" for text in texts), "utf-8")
    operator.say(f"Ledger: {len(texts)} erasures written to {show_path(path)}.")


def fill_entries(operator: Operator, ledger: Ledger, path: Path | None) -> None:
    """Append the entries of an export behind the last one that is there."""
    if path is None:
        return
    start = ledger.read_head().number
    entries = [Erasure.model_validate_json(text) for text in path.read_text("utf-8").splitlines()]
    late = [entry for entry in entries if entry.number > start]
    for entry in late:
        ledger.table.commit_parts(ledger.append_entry(entry))
    operator.say(f"Ledger: {len(late)} entries put back from {show_path(path)}.")
