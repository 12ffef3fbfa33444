"""`make import FILE=customers.csv MAP=map.toml`: bring a shop's own customer list in, row by row, by the door.

Without APPLY=yes it only reads the file and reports the result of an import: it writes nothing, and looks up no
customer. With it, each row is accepted like any submission. A row counts once, so a run that ended early can be
repeated. Works on the running local stack; on AWS with STAGE and credentials with the rights of the door.
"""

import argparse
import csv
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from chalicelib.config import current_settings
from chalicelib.door import open_door
from chalicelib.errors import DefinitionError, TryAgainLaterError
from chalicelib.imports.column_map import ImportMap, load_map
from chalicelib.imports.csv_rows import Record, open_table
from chalicelib.imports.reasons import FileRefusedError, RowRefusedError
from chalicelib.imports.submission import RowReader
from chalicelib.models import Submission
from chalicelib.senders import read_submission
from infra.local.environ import hold_lock, set_environ
from infra.local.state import read_state
from infra.places import ROOT, show_path
from infra.staff.progress import Progress
from infra.staff.stage import is_local, stage_now

FOLDER = ROOT / "out" / "imports"
AT_ONCE = 8  # rows on their way to the table
TRIES = 6  # of a row while the table is busy; then the run ends with a message
PAUSE = 0.5  # seconds before the second try, twice as long before each later one

Accept = Callable[[Submission], bool]


@dataclass
class Outcome:
    """The result of a file. `refused` is written to a file as it grows: a bad file may refuse every row."""

    read: int = 0
    accepted: int = 0
    repeated: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    content: Counter[str] = field(default_factory=Counter)  # of the accepted rows
    lost_no: int = 0  # refused rows that hold a no


def accept_patiently(accept: Accept, submission: Submission) -> bool:
    """Accept a row, waiting while the table is busy; raise TryAgainLaterError after TRIES."""
    for turn in range(TRIES - 1):
        try:
            return accept(submission)
        except TryAgainLaterError:
            time.sleep(PAUSE * 2**turn)
    return accept(submission)


def import_file(file: BinaryIO, rules: ImportMap, accept: Accept, now: datetime, refusals: "Refusals") -> Outcome:
    """Read a file to its end; raise FileRefusedError, or TryAgainLaterError where the table takes no more."""
    table = open_table(file, rules.wanted, rules.delimiter)
    reader = RowReader(rules, table.columns, current_settings().shop_country, now)
    outcome = refusals.outcome
    rows = read_rows(table.records, reader, refusals, file)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for kept in run_ahead(pool, rows, lambda row: accept_patiently(accept, row)):
            outcome.accepted += kept
            outcome.repeated += not kept
    return outcome


def run_ahead(
    pool: ThreadPoolExecutor, rows: Iterable[Submission], call: Callable[[Submission], bool]
) -> Iterator[bool]:
    """Yield the result of each row, in order, with at most twice AT_ONCE rows in memory."""
    rest = iter(rows)
    waiting: list[Future[bool]] = [pool.submit(call, row) for row in islice(rest, 2 * AT_ONCE)]
    while waiting:
        yield waiting.pop(0).result()
        waiting += [pool.submit(call, row) for row in islice(rest, 1)]


def read_rows(
    records: Iterable[Record], reader: RowReader, refusals: "Refusals", file: BinaryIO
) -> Iterator[Submission]:
    """Yield the Submissions of the good rows; note the others."""
    outcome = refusals.outcome
    for record in records:
        outcome.read += 1
        try:
            if record.reason:
                raise RowRefusedError(record.reason)
            submission = reader.read_row(record.cells)
        except RowRefusedError as fault:
            refusals.add(record, fault.reason, says_no=bool(record.cells) and reader.says_no(record.cells))
        else:
            outcome.content.update(describe_row(submission))
            yield submission
        refusals.progress.show(file.tell(), outcome.read)


def describe_row(submission: Submission) -> list[str]:
    """Return the content of a row, in words that name no person; it is read as settling will read it."""
    reading = read_submission(submission)
    content = [f"{consent.purpose}: {consent.state.value}" for consent in reading.consents]
    content += ["with an e-mail address"] * bool(reading.email) + ["with a phone number"] * bool(reading.phone)
    return content + ["with a purchase"] * bool(reading.orders)


class Refusals:
    """The file of refused rows, and the progress of all."""

    def __init__(self, path: Path, progress: Progress) -> None:
        self.outcome, self.progress = Outcome(), progress
        path.parent.mkdir(parents=True, exist_ok=True)
        self.file = path.open("w", newline="")
        self.rows = csv.writer(self.file)
        self.rows.writerow(("first_line", "last_line", "reason", "holds_a_no"))

    def add(self, record: Record, reason: str, *, says_no: bool) -> None:
        """Note one row by its lines; never a value of it."""
        self.outcome.reasons[reason] += 1
        self.outcome.lost_no += says_no
        self.rows.writerow((record.first, record.last, reason, "yes" if says_no else ""))

    def __enter__(self) -> "Refusals":
        return self

    def __exit__(self, *_: object) -> None:
        self.progress.end()
        self.file.close()


def write_outcome(outcome: Outcome, path: Path, *, applied: bool) -> str:
    """Write the report."""
    lines = [f"{outcome.read} rows read"]
    if applied:
        lines += [f"  {outcome.accepted} accepted", f"  {outcome.repeated} repeated: they were here before"]
    else:
        lines.append(f"  {outcome.accepted} would be accepted, as far as they are new")
    lines += [f"      {count} {words}" for words, count in sorted(outcome.content.items())]
    lines.append(f"  {outcome.reasons.total()} refused: {show_path(path)}")
    lines += [f"      {count} {reason}" for reason, count in sorted(outcome.reasons.items())]
    if outcome.lost_no:
        lines.append(f"  {outcome.lost_no} of the refused rows hold a no: mend them, or enter those opt-outs by hand.")
    if not applied:
        lines.append("Nothing was written. APPLY=yes does it.")
    return "\n".join(lines)


def open_target(*, apply: bool) -> AbstractContextManager[None]:
    """Return the environment to work in: that of the running local stack, or ours as it is for a stage on AWS."""
    if not apply or not is_local():
        return nullcontext()
    with hold_lock() as alone:
        if alone:
            raise SystemExit("Nothing is running here: `make run` first. For a stage on AWS: STAGE=prod.")
    return set_environ(read_state()["environ"])


def run_import(path: Path, rules: ImportMap, now: datetime, *, apply: bool) -> int:
    """Import a file, or report the result of an import; return 1 where it ended early."""
    refused = FOLDER / f"{rules.name}-refused.csv"
    progress = Progress(path.stat().st_size, shown=sys.stderr.isatty())
    accept: Accept = open_door().accept if apply else lambda _: True
    status = 0
    with path.open("rb") as file, Refusals(refused, progress) as refusals:
        try:
            import_file(file, rules, accept, now, refusals)
        except (TryAgainLaterError, KeyboardInterrupt):
            status = 1
    print(write_outcome(refusals.outcome, refused, applied=apply))
    if status:
        print("It ended early, or the table takes no more just now. Run the same again: nothing counts twice.")
    return status


def main() -> int:
    parser = argparse.ArgumentParser(description="Import a customer list.")
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--map", type=Path, required=True)
    parser.add_argument("--apply", choices=("yes", "no", ""), default="")
    asked = parser.parse_args()
    apply, now = asked.apply == "yes", stage_now()
    try:
        with open_target(apply=apply):
            return run_import(asked.file, load_map(asked.map), now, apply=apply)
    except (DefinitionError, FileRefusedError, OSError) as fault:
        print(f"Nothing was imported. {fault}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
