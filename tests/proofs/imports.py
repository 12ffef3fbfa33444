"""`make prove-import`: 10,000 rows into DynamoDB Local, and once more; how fast, how much memory, one event per row.

A tenth of the rows is repeated in the file and a tenth is refused. Everything is one process: reader, door, settling.
"""

import argparse
import io
import random
import resource
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from chalicelib.door.intake import accept_submission
from chalicelib.imports.column_map import ImportMap
from chalicelib.models import Submission
from chalicelib.settling.dispatch import sweep_inbox
from infra.staff.imports import Outcome, Refusals, import_file
from infra.staff.progress import Progress
from tests.builders.shop import DOOR_KEY, NOW, Shop
from tests.proofs.sends_stage import open_shop

HEADER = "id;email;name;phone;day;total;news;since\n"
RULES = ImportMap.model_validate(
    {
        "name": "till",
        "as_of": date(2026, 2, 1),
        "currency": "EUR",
        "ids_of": "till",
        "columns": {
            "id": "id",
            "email": "email",
            "name": "name",
            "phone": "phone",
            "order_date": "day",
            "order_total": "total",
        },
        "consents": [
            {
                "purpose": "marketing",
                "column": "news",
                "yes": ["yes"],
                "no": ["no"],
                "words": "Send me news.",
                "version": "2024-01-01",
                "collected_column": "since",
            }
        ],
    }
)


def write_rows(total: int, seed: int) -> bytes:
    """Return a file: of ten rows one is there twice and one holds a formula."""
    chance = random.Random(seed)
    rows = []
    for number in range(total * 8 // 10):
        news = chance.choice(("yes", "no", ""))
        day = date(2026, 2, 1) - timedelta(days=chance.randrange(700))
        bought = f"{day};{chance.randrange(5, 90)}"
        rows.append(f"{number};p{number}@example.org;Person {number};;{bought};{news};2025-01-01\n")
    rows += chance.sample(rows, total // 10)
    rows += [f"{number};x{number}@example.org;=HYPERLINK();;;;;\n" for number in range(total - len(rows))]
    chance.shuffle(rows)
    return (HEADER + "".join(rows)).encode()


def measure_memory() -> int:
    """Return the most memory this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def run_file(shop: Shop, raw: bytes, folder: Path) -> Outcome:
    """Import a file once."""

    def accept(submission: Submission) -> bool:
        return accept_submission(submission, inbox=shop.inbox, seal=shop.seal, door_key=DOOR_KEY)

    with Refusals(folder / "refused.csv", Progress(len(raw), shown=sys.stderr.isatty())) as refusals:
        began = time.monotonic()
        outcome = import_file(io.BytesIO(raw), RULES, accept, NOW, refusals)
    took = time.monotonic() - began
    print(
        f"{outcome.read} rows in {took:.1f} s ({outcome.read / took:.0f} a second): {outcome.accepted} accepted, "
        f"{outcome.repeated} repeated, {outcome.reasons.total()} refused; at most {measure_memory()} MB",
        flush=True,
    )
    return outcome


def read_dry(total: int, seed: int, folder: Path) -> None:
    """Read a file without a table, as a dry run does."""
    raw = write_rows(total, seed)
    before = measure_memory()
    with Refusals(folder / "refused.csv", Progress(len(raw), shown=False)) as refusals:
        began = time.monotonic()
        outcome = import_file(io.BytesIO(raw), RULES, lambda _: True, NOW, refusals)
    took = time.monotonic() - began
    grown = measure_memory() - before
    rate = outcome.read / took
    print(f"dry: {outcome.read} rows in {took:.1f} s ({rate:.0f} a second), {grown} MB more than the file", flush=True)


def settle_all(shop: Shop) -> None:
    """Settle what waits, until nothing does."""
    began = time.monotonic()
    count = 0
    while counts := sweep_inbox(shop.services(), NOW + timedelta(hours=1)):
        count += sum(counts.values())
    took = max(time.monotonic() - began, 0.001)
    print(f"{count} settled in {took:.1f} s ({count / took:.0f} a second, one worker)", flush=True)


def main() -> int:
    """Run the proof; 0 when every row is one event."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, open_shop() as shop:
        path = Path(folder)
        for total in (asked.rows, 10 * asked.rows):
            read_dry(total, asked.seed, path)
        raw = write_rows(asked.rows, asked.seed)
        first = run_file(shop, raw, path)
        settle_all(shop)
        second = run_file(shop, raw, path)
        settle_all(shop)
        events = [row for row in shop.read_all("customers") if row["sk"]["S"].startswith("event#")]
    wanted = asked.rows * 8 // 10
    good = (first.accepted, second.accepted, len(events)) == (wanted, 0, wanted)
    print(f"{len(events)} events of {wanted} different good rows: {'one each' if good else 'WRONG'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
