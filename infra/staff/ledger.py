"""The ledger of erasures: `make verify-ledger`, `make export-ledger`, and after a restore `make replay-ledger`.

    verify   without a gap, each entry following from the one before: prints the last number and its hash
    export   one entry a line, as hashed, to out/ledger.jsonl: keep it where no restore reaches
    replay   forget again, in restored tables, every person in the ledger (FILE= takes an export instead of the table)

Works on the running local stack, or on its data at rest; on AWS with STAGE and the names of its keys in the
environment, and credentials with the rights of `forget_people`.
"""

import argparse
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from chalicelib.erasure.replay import replay_entries
from chalicelib.services import Services, current_services
from chalicelib.store.ledger import Erasure, Head, Ledger, check_chain, hash_entry
from infra.staff.stage import open_stage, stage_now

EXPORT = Path("out/ledger.jsonl")


def verify_ledger(ledger: Ledger) -> int:
    """Print whether the ledger is whole; return the exit status."""
    head, texts = ledger.read_head(), list(ledger.list_texts())
    faults = check_chain(texts, head)
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{len(texts)} erasures, last hash {head.hash}: {'NOT WHOLE' if faults else 'whole'}")
    return int(bool(faults))


def export_ledger(ledger: Ledger, path: Path) -> int:
    """Write every entry to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    texts = [text for _, text in ledger.list_texts()]
    path.write_text("".join(f"{text}\n" for text in texts), "utf-8")
    print(f"{len(texts)} entries in {path}")
    return 0


def read_export(path: Path) -> list[tuple[int, str]]:
    """Return the entries of an export with their numbers."""
    texts = path.read_text("utf-8").splitlines()
    return [(Erasure.model_validate_json(text).number, text) for text in texts]


def replay_ledger(texts: list[tuple[int, str]], head: Head, services: Services, now: datetime) -> int:
    """Forget again every customer in the entries; refuse a ledger that is not whole."""
    if faults := check_chain(texts, head):
        print("\n".join(faults), file=sys.stderr)
        return 1
    missing = fill_ledger(texts, services.ledger)
    counts = replay_entries((Erasure.model_validate_json(text) for _, text in texts), services, now)
    print(f"{len(texts)} erasures, {missing} put back into the table: {counts or 'nobody to forget'}")
    return int(bool(counts.get("incomplete")))


def fill_ledger(texts: Iterable[tuple[int, str]], ledger: Ledger) -> int:
    """Append the entries of an export that a restored ledger lacks; return how many."""
    start = ledger.read_head().number
    late = [text for number, text in texts if number > start]
    for text in late:
        ledger.table.commit_parts(ledger.append_entry(Erasure.model_validate_json(text)))
    return len(late)


def read_source(file: str, ledger: Ledger) -> tuple[list[tuple[int, str]], Head]:
    """Return the entries to replay and where they end: of an export, or of the table itself."""
    if not file:
        return list(ledger.list_texts()), ledger.read_head()
    texts = read_export(Path(file))
    return texts, Head(len(texts), hash_entry(texts[-1][1])) if texts else Head()


def main() -> int:
    parser = argparse.ArgumentParser(description="Verify, export or replay the ledger of erasures.")
    parser.add_argument("what", choices=("verify", "export", "replay"))
    parser.add_argument("--file", default="")
    asked = parser.parse_args()
    with open_stage():
        services = current_services()
        ledger = services.ledger
        if asked.what == "verify":
            return verify_ledger(ledger)
        if asked.what == "export":
            return export_ledger(ledger, Path(asked.file or EXPORT))
        texts, head = read_source(asked.file, ledger)
        return replay_ledger(texts, head, services, stage_now())


if __name__ == "__main__":
    sys.exit(main())
