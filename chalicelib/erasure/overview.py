"""The erasures of a month, those that are under way, and whether the ledger is whole: ids, times and counts alone.

The ledger is read from its first entry each time, as `make verify-ledger` reads it. The receipts compared with it are
those of the month and of erasures that are still verified, which the desk finds without a scan; the command compares
all of them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chalicelib.erasure.ledger_check import check_ledger, count_unsigned
from chalicelib.services import Services
from chalicelib.store.erasures import ErasureRow, Stage
from chalicelib.store.ledger import Erasure, Head, check_chain, hash_entry
from chalicelib.vault.signing import read_pem

SHOWN, OPEN = 50, 1_000  # entries on the page, erasures under way that are read


@dataclass(frozen=True)
class Overview:
    """`months` counts erasures by month (yyyy-mm), newest first. `checked` tells whether signatures were checked."""

    months: Mapping[str, int]
    entries: tuple[tuple[Erasure, ErasureRow | None], ...]
    running: tuple[ErasureRow, ...]
    head: Head
    unsigned: int
    checked: bool
    faults: tuple[str, ...]


def read_overview(month: str, public_key: str, services: Services) -> Overview:
    """Return the erasures of a month (yyyy-mm), newest first, and the state of the ledger."""
    texts = list(services.ledger.list_texts())
    told = [entry for _, text in texts if (entry := read_entry(text))]
    months = Counter(f"{entry.at:%Y-%m}" for entry in reversed(told))
    own = [entry for entry in reversed(told) if f"{entry.at:%Y-%m}" == month][:SHOWN]
    under_way = services.erasures.list_open(OPEN)
    rows = services.erasures.read_rows(entry.request for entry in own)
    known = {row.id: row for row in under_way} | rows
    return Overview(
        months=months,
        entries=tuple((entry, rows.get(entry.request)) for entry in own),
        running=tuple(row for row in under_way if row.stage is Stage.SWEEPING),
        head=Head(texts[-1][0], hash_entry(texts[-1][1])) if texts else Head(),
        unsigned=count_unsigned(services),
        checked=bool(public_key),
        faults=tuple(find_faults(texts, known.values(), public_key, services)),
    )


def find_faults(
    texts: list[tuple[int, str]], rows: Iterable[ErasureRow], public_key: str, services: Services
) -> list[str]:
    """Return a sentence per fault of the ledger; without a public key no signature is checked."""
    odd = [f"entry {number} cannot be read" for number, text in texts if read_entry(text) is None]
    if odd:
        return odd
    return check_ledger(texts, rows, read_pem(public_key), services) if public_key else check_chain(texts)


def read_entry(text: str) -> Erasure | None:
    """Return an entry, or None for a text that is none."""
    try:
        return Erasure.model_validate_json(text)
    except ValueError:
        return None
