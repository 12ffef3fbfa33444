"""`make restore STAGE=prod TABLE=customers AT=2026-11-29T08:00:00Z`: brings lost rows back.

It pauses the stage, exports the ledger of erasures, has AWS bring the table's past into a second table, forgets in it
everybody of the ledger, brings its rows back into the stage's table, verifies, deletes the second table and resumes. So
nobody who was forgotten comes back. A run that was broken off is repeated: the same command goes on. It begins only
after the stage's name is typed.

    STAGE=prod             the stage
    TABLE=customers        customers, keys, offers, audit, ledger; all takes the five one after another
    AT=2026-11-29T08:00:00Z
                           the moment, with its zone: of keys 7 days back at most, of the others 35
    FILE=out/ledger.jsonl  with TABLE=ledger: an export that holds entries which AWS's past lacks
    CANCEL=yes             give a restore up, before rows are brought back: the stage resumes as it was

Customers go back to the moment: what came since is lost, but for erasures, stops against mails and stopped campaigns.
Of the other tables only lost or damaged rows come back. Inbox, links and desk have no past: nothing brings them back.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from chalicelib.errors import RegularsError
from chalicelib.services import Services
from infra.account.bring_back import bring_rows, carry_over, drop_rows, open_rows
from infra.account.command import Arguments, read_arguments, run_command
from infra.account.forgotten import forget_again, open_restored, read_ledger
from infra.account.ledger_file import Texts
from infra.account.names import check_stage
from infra.account.operator import Operator
from infra.account.past import Past
from infra.account.pause import Work
from infra.account.place import find_operator
from infra.account.refusals import keep_refusals
from infra.account.remake_table import remake_table
from infra.account.restore_ledger import export_entries, fill_entries, open_entries
from infra.account.restore_state import Progress, ProgressNote, open_progress, read_moment
from infra.account.restore_words import tell_counts, tell_end, tell_plan
from infra.account.stack import Stack
from infra.places import ROOT

ALL = ("ledger", "keys", "audit", "offers", "customers")  # the ledger first: it says who must stay forgotten
PEOPLE = ("keys", "customers")  # never both brought back at once before the ledger was replayed over one of them


@dataclass
class Restore:
    """One restore: where it works, how far it came."""

    operator: Operator
    stack: Stack
    note: ProgressNote
    folder: Path  # for exports of the ledger
    entries: Texts = field(default_factory=list)  # of an export, to fill a lost ledger from
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def run(self, table: str, at: str, *, cancel: bool = False) -> None:
        """Begin, or go on; raise SystemExit where the operator or AWS says no."""
        progress = self.note.read()
        if cancel:
            self.cancel(progress)
            return
        progress = self.begin(progress, list_wanted(table), read_moment(at))
        work = Work(self.operator, self.stack)
        progress = work.stop(self.note, progress, self.clock())
        export_entries(self.operator, self.folder, progress.paused)
        for each in progress.tables:
            progress = self.restore_table(each, progress, work)
        work.start(progress)
        tell_end(self.operator, progress)
        self.note.end()

    def begin(self, progress: Progress, tables: tuple[str, ...], at: str) -> Progress:
        """Ask and begin, or go on with what is under way; raise SystemExit for another one."""
        if progress.at:
            if (progress.tables, progress.at) != (tables, at):
                under_way = "all" if progress.tables == ALL else progress.tables[0]
                raise SystemExit(f"A restore is under way: finish it with TABLE={under_way} AT={progress.at}")
            self.operator.say("A restore is under way, and goes on.")
            return progress
        for table in tables:
            Past(self.operator, table).check_moment(datetime.fromisoformat(at))
        if "ledger" not in tables:  # found now, and not when everything stands still
            read_ledger(open_restored(self.operator, self.stack, {}))
        tell_plan(self.operator, tables, at)
        self.operator.confirm_stage("")
        return self.note.note(Progress(), tables=tables, at=at)

    def restore_table(self, table: str, progress: Progress, work: Work) -> Progress:
        """Bring one table back; return how far the restore came."""
        past = Past(self.operator, table)
        if table not in progress.done:
            past.bring(progress.moment)
            work.wait_ended(progress, self.clock())
            self.prepare(table, past, begun=progress.writing == table)
            progress = self.note.note(progress, writing=table)
            remake_table(self.operator, self.stack, past.name)
            services = open_restored(self.operator, self.stack, {table: past.other} if table in PEOPLE else {})
            live, other = open_rows(past.api, past.name), open_rows(past.api, past.other)
            tell_counts(self.operator, table, bring_rows(table, live, other, services))
            self.check(table)
            progress = self.note.note(progress, done=(*progress.done, table))
        past.drop()
        return progress

    def prepare(self, table: str, past: Past, *, begun: bool) -> None:
        """Make of the restored table what may be read: nobody in it who was forgotten since.

        Once rows were brought back (`begun`), the stage's own table knows no more than the restored one.
        """
        if table not in PEOPLE:
            return
        drop_rows(open_rows(past.api, past.other))
        services = open_restored(self.operator, self.stack, {table: past.other})
        if table == "customers" and not begun and past.describe(past.name):
            self.carry(past, services)
        counts = forget_again(services, self.clock())
        told = f"{counts['in the ledger']} erasures in the ledger, {counts['forgotten again']} forgotten again"
        self.operator.say(f"{table}: {told}; nobody of them is readable.")

    def carry(self, past: Past, then: Services) -> None:
        """Bring into the restored table what does not go back, and a stop for each withdrawal of a consent."""
        live, other = open_rows(past.api, past.name), open_rows(past.api, past.other)
        carry_over(live, other)
        stopped = keep_refusals(live, open_restored(self.operator, self.stack, {}), other, then, self.clock())
        self.operator.say(f"{past.table}: {stopped} people said no to mails since; none is sent to their addresses.")

    def check(self, table: str) -> None:
        """Look once more at the stage's own tables, and forget who was forgotten meanwhile."""
        services = open_restored(self.operator, self.stack, {})
        if table == "ledger":
            fill_entries(self.operator, services.ledger, self.entries)
        counts = forget_again(services, self.clock())
        self.operator.say(f"{table}: verified; {counts['in the ledger']} erasures, all forgotten.")

    def cancel(self, progress: Progress) -> None:
        """Give a restore up; raise SystemExit where rows were brought back already."""
        if not progress.at:
            raise SystemExit("No restore is under way.")
        if "customers" in (progress.writing, *progress.done):  # of the other tables lost rows alone are put back
            raise SystemExit("Rows of customers were brought back already: finish it with the same command.")
        for table in progress.tables:
            Past(self.operator, table).drop()
        if progress.rules or progress.mappings:  # else nothing was stopped yet
            Work(self.operator, self.stack).start(progress)
        self.note.end()
        self.operator.say("Given up: the stage runs as it was.")


def list_wanted(table: str) -> tuple[str, ...]:
    """Return the tables to restore; raise SystemExit for one without a past."""
    if table == "all":
        return ALL
    if table not in ALL:
        raise SystemExit(f"TABLE=... is all, or one of {', '.join(sorted(ALL))}; other tables have no backup.")
    return (table,)


def restore_stage(operator: Operator, asked: Arguments) -> None:
    """Restore as the command line says."""
    stack = Stack(operator)
    if not stack.read():
        raise SystemExit(f"{stack.name} is not there: bring it back first (make deploy), then restore.")
    entries = [] if asked.cancel else open_entries(asked.file, list_wanted(asked.table))
    restore = Restore(operator, stack, open_progress(operator), ROOT / "out", entries)
    restore.run(asked.table, asked.at, cancel=asked.cancel)


def main(asked: Arguments) -> None:
    """Restore a table of a stage."""
    check_stage(asked.stage)
    logging.getLogger("chalicelib.erasure").setLevel(logging.CRITICAL)  # that forgotten people came back is expected
    try:
        restore_stage(find_operator(asked.stage), asked)
    except RegularsError as fault:
        again = "The stage stays paused; repeat this command."
        raise SystemExit(f"It broke off: {type(fault).__name__}, {fault}. {again}") from None


if __name__ == "__main__":
    run_command(main, read_arguments(__doc__ or "", "table", "at", "file", "cancel"))
