"""The ledger of erasures: `make verify-ledger`, `make export-ledger`, and after a restore `make replay-ledger`.

    verify   without a gap, each entry following from the one before, each as it was signed and as the receipts name
             it: prints the number of entries and the last hash
    export   one entry a line, as hashed, to out/ledger.jsonl: keep it where no restore reaches
    replay   forget again, in restored tables, every person in the ledger (FILE= takes an export instead of the table)

Works on the running local stack, or on its data at rest; on AWS with STAGE and credentials with the rights of
`forget_people`.
"""

import argparse
import sys
from datetime import datetime
from pathlib import Path

from chalicelib.erasure.ledger_check import check_ledger, count_unsigned
from chalicelib.erasure.replay import replay_entries
from chalicelib.services import Services, current_services
from chalicelib.store.ledger import Erasure, Ledger, check_chain
from infra.account.ledger_file import fill_ledger, read_entries, write_entries
from infra.staff.stage import open_stage, stage_now

EXPORT = Path("out/ledger.jsonl")


def verify_ledger(services: Services) -> int:
    """Print whether the ledger is whole; return the exit status."""
    key, texts = services.signer.read_public(), list(services.ledger.list_texts())
    faults, head = check_ledger(texts, services.erasures.list_rows(), key, services), services.ledger.read_head()
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{head.number} erasures, last hash {head.hash}: {'NOT WHOLE' if faults else 'whole'}")
    if unsigned := count_unsigned(services):
        print(f"{unsigned} of them not signed yet: forget_people signs them within a minute")
    return int(bool(faults))


def export_ledger(ledger: Ledger, path: Path) -> int:
    """Write every entry to a file."""
    print(f"{write_entries(ledger, path)} entries in {path}")
    return 0


def replay_ledger(texts: list[tuple[int, str]], services: Services, now: datetime) -> int:
    """Forget again every customer in the entries; refuse a ledger that is not whole."""
    if faults := check_chain(texts):
        print("\n".join(faults), file=sys.stderr)
        return 1
    missing = fill_ledger(texts, services.ledger)
    counts = replay_entries((Erasure.model_validate_json(text) for _, text in texts), services, now)
    print(f"{len(texts)} erasures, {missing} put back into the table: {counts or 'nobody to forget'}")
    return int(bool(counts.get("incomplete")))


def read_source(file: str, ledger: Ledger) -> list[tuple[int, str]]:
    """Return the entries to replay: of an export, or of the table itself."""
    return read_entries(Path(file)) if file else list(ledger.list_texts())


def main() -> int:
    parser = argparse.ArgumentParser(description="Verify, export or replay the ledger of erasures.")
    parser.add_argument("what", choices=("verify", "export", "replay"))
    parser.add_argument("--file", default="")
    asked = parser.parse_args()
    with open_stage():
        services = current_services()
        ledger = services.ledger
        if asked.what == "verify":
            return verify_ledger(services)
        if asked.what == "export":
            return export_ledger(ledger, Path(asked.file or EXPORT))
        return replay_ledger(read_source(asked.file, ledger), services, stage_now())


if __name__ == "__main__":
    sys.exit(main())
