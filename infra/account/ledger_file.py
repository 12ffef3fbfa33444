"""The ledger of erasures as a file: one entry a line, as hashed. Written before a restore or a removal, read after."""

from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from chalicelib.store.ledger import Erasure, Ledger
from infra.account.door import open_services
from infra.account.operator import Operator
from infra.places import show_path

Texts = list[tuple[int, str]]


def write_entries(ledger: Ledger, path: Path) -> int:
    """Write every entry to a file; return how many there are."""
    texts = [text for _, text in ledger.list_texts()]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{text}\n" for text in texts), "utf-8")
    return len(texts)


def export_ledger(operator: Operator, path: Path) -> None:
    """Write the ledger of a stage to a file, and say so."""
    count = write_entries(open_services(operator, {}).ledger, path)
    operator.say(f"Ledger: {count} erasures written to {show_path(path)}.")


def read_entries(path: Path) -> Texts:
    """Return the entries of a file with their numbers; raise SystemExit where it is no such file."""
    try:
        texts = path.read_text("utf-8").splitlines()
        return [(Erasure.model_validate_json(text).number, text) for text in texts]
    except OSError as fault:
        raise SystemExit(f"FILE={show_path(path)} cannot be read ({type(fault).__name__}).") from None
    except (ValidationError, UnicodeDecodeError):
        raise SystemExit(f"FILE={show_path(path)} is no export of a ledger.") from None


def fill_ledger(texts: Iterable[tuple[int, str]], ledger: Ledger) -> int:
    """Append the entries that a ledger lacks behind its last one; return how many."""
    start = ledger.read_head().number
    late = [text for number, text in texts if number > start]
    for text in late:
        ledger.table.commit_parts(ledger.append_entry(Erasure.model_validate_json(text)))
    return len(late)
