"""`make import FILE=customers.csv MAP=map.toml`: bring a shop's own customer list in, row by row, by the door.

FROM=mailchimp (or another system) takes the map that comes with Regulars, and MAP adds to it. FILE may be a zip or a
folder. Without APPLY=yes the command only reads the files and reports the result of an import: it writes nothing, and
looks up no customer. With it, all is read before the first row is accepted: where one id has several addresses, or one
address several ids, nothing is written unless ANYWAY=yes says so. Then each row is accepted like any submission,
opt-outs first. A row counts once, so a run that ended early can be repeated. Works on the running local stack; on AWS
with STAGE and credentials with the rights of the door.
"""

import argparse
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile

from chalicelib.config import current_settings
from chalicelib.door import open_door
from chalicelib.errors import DefinitionError, TryAgainLaterError
from chalicelib.imports.column_map import ImportMap, load_map
from chalicelib.imports.reasons import FileRefusedError
from chalicelib.imports.shipped import list_systems, load_shipped
from chalicelib.imports.submission import RowReader
from chalicelib.models import Submission
from infra.local.environ import hold_lock, set_environ
from infra.local.state import read_state
from infra.places import ROOT
from infra.staff.clashes import Clashes
from infra.staff.import_files import ImportFile, list_files, open_rows
from infra.staff.import_report import Outcome, Refusals, write_columns, write_outcome
from infra.staff.import_rows import TURNS, Choice, read_rows
from infra.staff.progress import Progress
from infra.staff.stage import open_stage, stage_now
from infra.target import is_local

FOLDER = ROOT / "out" / "imports"
AT_ONCE = 8  # rows on their way to the table
TRIES = 6  # of a row while the table is busy; then the run ends with a message
PAUSE = 0.5  # seconds before the second try, twice as long before each later one

WAYS = f"FROM=system with one of {', '.join(list_systems())}"

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
    *,
    word: str = "",
    choose: Choice | None = None,
) -> Outcome:
    """Read a file to its end; raise FileRefusedError, or TryAgainLaterError where the table takes no more.

    `clashes` takes the names of each good row. `word` is the first of the file's name. Where `choose` is given, only
    the rows that it says yes to are accepted.
    """
    table = open_rows(file, rules)
    reader = RowReader(rules, table.columns, current_settings().shop_country, now, word)
    outcome = refusals.outcome
    rows = read_rows(table.records, reader, refusals, file, clashes, choose)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for kept in run_ahead(pool, rows, lambda row: accept_patiently(accept, row)):
            outcome.accepted += kept
            outcome.repeated += not kept
    outcome.left_out.update(reader.left_out)
    outcome.seen.update(dict.fromkeys(table.seen))
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


def open_target(*, apply: bool) -> AbstractContextManager[object]:
    """Return the environment to work in: that of the running local stack, or of a stage on AWS.

    A stage is opened for a mere look at the file too: its country says how phone numbers are read.
    """
    if not is_local():
        return open_stage()
    if not apply:
        return nullcontext()
    with hold_lock() as alone:
        if alone:
            raise SystemExit("Nothing is running here: `make run` first. For a stage on AWS: STAGE=prod.")
    return set_environ(read_state()["environ"])


def read_through(
    files: list[ImportFile],
    rules: ImportMap,
    now: datetime,
    accept: Accept,
    clashes: Clashes | None,
    choose: Choice | None = None,
) -> tuple[Outcome, bool]:
    """Import files; return their outcome and whether the end was reached. Raise FileRefusedError, with the file."""
    progress = Progress(sum(each.size for each in files), shown=sys.stderr.isatty())
    reached = True
    with Refusals(name_refusals(rules), progress) as refusals:
        try:
            for each in files:
                refusals.begin_file(each.name, each.size)
                if clashes is not None:
                    clashes.begin_file(each.name)
                with each.open_bytes() as file:
                    import_file(file, rules, accept, now, refusals, clashes, word=each.word, choose=choose)
        except (TryAgainLaterError, KeyboardInterrupt):
            reached = False
        except FileRefusedError as fault:
            raise FileRefusedError(f"{each.name}: {fault}") from None
    return refusals.outcome, reached


def write_rows(files: list[ImportFile], rules: ImportMap, now: datetime) -> tuple[Outcome, bool]:
    """Accept the rows of all files, opt-outs first; return the outcome and whether the end was reached."""
    accepted = repeated = 0
    for choose in TURNS:
        outcome, reached = read_through(files, rules, now, open_door().accept, None, choose)
        accepted, repeated = accepted + outcome.accepted, repeated + outcome.repeated
        if not reached:
            break
    outcome.accepted, outcome.repeated = accepted, repeated
    return outcome, reached


def name_refusals(rules: ImportMap) -> Path:
    """Return the path of the list of refused rows."""
    return FOLDER / f"{rules.name}-refused.csv"


def run_import(files: list[ImportFile], rules: ImportMap, now: datetime, *, apply: bool, anyway: bool) -> int:
    """Import files, or report the result of an import; return 1 where it ended early or was refused.

    All is read before the first row is accepted: rows that would join strangers are told first.
    """
    with Clashes() as clashes:
        outcome, reached = read_through(files, rules, now, lambda _: True, clashes)
        told = clashes.write_report(FOLDER / f"{rules.name}-clashes.csv")
    writes = apply and reached and (anyway or not told)
    if writes:
        outcome, reached = write_rows(files, rules, now)
    print(write_outcome(outcome, name_refusals(rules), applied=writes))
    print(write_columns(rules, outcome.seen))
    if told:
        print(told)
    if not writes:
        way = "ANYWAY=yes together with APPLY=yes" if told else "APPLY=yes"
        print(f"Nothing was written. {way} does it.")
    if not reached:
        print("It ended early, or the table takes no more just now. Run the same again: nothing counts twice.")
    return int(not reached or apply != writes)


def choose_map(system: str, own: Path, files: list[ImportFile]) -> ImportMap:
    """Return the map that the operator asked for: a shipped one, their own, or both; raise DefinitionError."""
    as_of = max(each.day for each in files)
    if not system:
        return load_map(own, {"as_of": as_of})
    return load_shipped(system, as_of, None if own == Path() else own)


def main() -> int:
    """Import a customer list."""
    parser = argparse.ArgumentParser(description="Import a customer list.")
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--map", type=Path, default=Path())
    parser.add_argument("--from", dest="system", default="", help=", ".join(list_systems()))
    parser.add_argument("--apply", choices=("yes", "no", ""), default="")
    parser.add_argument("--anyway", choices=("yes", "no", ""), default="", help="import rows that clash, too")
    asked = parser.parse_args()
    if asked.file == Path() or (asked.map == Path() and not asked.system):
        print(f"Say both: make import FILE=customers.csv MAP=map.toml, or {WAYS}", file=sys.stderr)
        return 2
    apply, anyway, now = asked.apply == "yes", asked.anyway == "yes", stage_now()
    try:
        with open_target(apply=apply):
            files = list_files(asked.file)
            rules = choose_map(asked.system, asked.map, files)
            return run_import(files, rules, now, apply=apply, anyway=anyway)
    except (DefinitionError, FileRefusedError, OSError, EOFError, BadZipFile, zlib.error) as fault:
        print(f"Nothing was imported. {fault}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
