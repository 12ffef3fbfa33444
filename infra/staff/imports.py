"""`make import FILE=customers.csv MAP=map.toml`: bring a shop's own customer list in, row by row, by the door.

Without APPLY=yes it only reads the file and reports the result of an import: it writes nothing, and looks up no
customer. With it, the file is read whole first: where one id has several addresses, or one address several ids,
nothing is written unless ANYWAY=yes says so. Then each row is accepted like any submission. A row counts once, so a run
that ended early can be repeated. Works on the running local stack; on AWS with STAGE and credentials with the rights of
the door.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
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
from chalicelib.models import Identity, Submission
from chalicelib.people.identity import list_identities
from chalicelib.senders import read_submission
from infra.local.environ import hold_lock, set_environ
from infra.local.state import read_state
from infra.places import ROOT
from infra.staff.clashes import Clashes
from infra.staff.import_report import Outcome, Refusals, describe_reading, write_outcome
from infra.staff.progress import Progress
from infra.staff.stage import is_local, stage_now

FOLDER = ROOT / "out" / "imports"
AT_ONCE = 8  # rows on their way to the table
TRIES = 6  # of a row while the table is busy; then the run ends with a message
PAUSE = 0.5  # seconds before the second try, twice as long before each later one

Accept = Callable[[Submission], bool]


def accept_patiently(accept: Accept, submission: Submission) -> bool:
    """Accept a row, waiting while the table is busy; raise TryAgainLaterError after TRIES."""
    for turn in range(TRIES - 1):
        try:
            return accept(submission)
        except TryAgainLaterError:
            time.sleep(PAUSE * 2**turn)
    return accept(submission)


def import_file(
    file: BinaryIO,
    rules: ImportMap,
    accept: Accept,
    now: datetime,
    refusals: Refusals,
    clashes: Clashes | None = None,
) -> Outcome:
    """Read a file to its end; raise FileRefusedError, or TryAgainLaterError where the table takes no more.

    `clashes` takes the names of each good row.
    """
    table = open_table(file, rules.wanted, rules.delimiter)
    reader = RowReader(rules, table.columns, current_settings().shop_country, now)
    outcome = refusals.outcome
    rows = read_rows(table.records, reader, refusals, file, clashes)
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
    records: Iterable[Record], reader: RowReader, refusals: Refusals, file: BinaryIO, clashes: Clashes | None
) -> Iterator[Submission]:
    """Yield the Submissions of the good rows; note the others."""
    outcome = refusals.outcome
    for record in records:
        outcome.read += 1
        outcome.standins.update(reader.list_standins(record.cells) if record.cells else ())
        try:
            submission, names = read_row(record, reader, outcome)
        except RowRefusedError as fault:
            refusals.add(record, fault.reason, says_no=bool(record.cells) and reader.says_no(record.cells))
        else:
            if clashes is not None:
                clashes.add(record.first, names)
            yield submission
        refusals.progress.show(file.tell(), outcome.read)


def read_row(record: Record, reader: RowReader, outcome: Outcome) -> tuple[Submission, tuple[Identity, ...]]:
    """Return a good row and the names in it, read as settling will read them; raise RowRefusedError."""
    if record.reason:
        raise RowRefusedError(record.reason)
    submission = reader.read_row(record.cells)
    reading = read_submission(submission)
    names = list_identities(submission, reading, reader.region)
    if not names:
        raise RowRefusedError("nobody")
    outcome.content.update(describe_reading(reading))
    return submission, names


def open_target(*, apply: bool) -> AbstractContextManager[None]:
    """Return the environment to work in: that of the running local stack, or ours as it is for a stage on AWS."""
    if not apply or not is_local():
        return nullcontext()
    with hold_lock() as alone:
        if alone:
            raise SystemExit("Nothing is running here: `make run` first. For a stage on AWS: STAGE=prod.")
    return set_environ(read_state()["environ"])


def read_through(
    path: Path, rules: ImportMap, now: datetime, accept: Accept, clashes: Clashes | None
) -> tuple[Outcome, bool]:
    """Import a file; return its outcome and whether the end was reached."""
    progress = Progress(path.stat().st_size, shown=sys.stderr.isatty())
    reached = True
    with path.open("rb") as file, Refusals(name_refusals(rules), progress) as refusals:
        try:
            import_file(file, rules, accept, now, refusals, clashes)
        except (TryAgainLaterError, KeyboardInterrupt):
            reached = False
    return refusals.outcome, reached


def name_refusals(rules: ImportMap) -> Path:
    """Return the path of the list of refused rows."""
    return FOLDER / f"{rules.name}-refused.csv"


def run_import(path: Path, rules: ImportMap, now: datetime, *, apply: bool, anyway: bool) -> int:
    """Import a file, or report the result of an import; return 1 where it ended early or was refused.

    The whole file is read before its first row is accepted: rows that would join strangers are told first.
    """
    with Clashes() as clashes:
        outcome, reached = read_through(path, rules, now, lambda _: True, clashes)
        told = clashes.write_report(FOLDER / f"{rules.name}-clashes.csv")
    writes = apply and reached and (anyway or not told)
    if writes:
        outcome, reached = read_through(path, rules, now, open_door().accept, None)
    print(write_outcome(outcome, name_refusals(rules), applied=writes))
    if told:
        print(told)
    if not writes:
        way = "ANYWAY=yes together with APPLY=yes" if told else "APPLY=yes"
        print(f"Nothing was written. {way} does it.")
    if not reached:
        print("It ended early, or the table takes no more just now. Run the same again: nothing counts twice.")
    return int(not reached or apply != writes)


def main() -> int:
    parser = argparse.ArgumentParser(description="Import a customer list.")
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--map", type=Path, required=True)
    parser.add_argument("--apply", choices=("yes", "no", ""), default="")
    parser.add_argument("--anyway", choices=("yes", "no", ""), default="", help="import rows that clash, too")
    asked = parser.parse_args()
    if Path() in (asked.file, asked.map):
        print("Say both files: make import FILE=customers.csv MAP=map.toml", file=sys.stderr)
        return 2
    apply, anyway, now = asked.apply == "yes", asked.anyway == "yes", stage_now()
    try:
        with open_target(apply=apply):
            return run_import(asked.file, load_map(asked.map), now, apply=apply, anyway=anyway)
    except (DefinitionError, FileRefusedError, OSError) as fault:
        print(f"Nothing was imported. {fault}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
