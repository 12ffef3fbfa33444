"""What a restore says: what will happen and what is lost, what became of the rows, what to look at afterwards."""

from collections.abc import Sequence

from infra.account.bring_back import Counts
from infra.account.operator import Operator
from infra.account.restore_state import Progress

LOST = {
    "customers": (
        "Customers go back to that moment. What came since is lost: orders, sign-ups, answers, consents, changes by",
        "staff, requests about data. A delivery that a sender repeats is taken for a duplicate. Who got a mail since",
        "may get it again. Kept are erasures, stops against mails and stopped campaigns. Who withdrew a consent since",
        "gets a stop.",
    ),
    "keys": (
        "Keys that are lost or damaged come back, of the last 7 days at most. A key that was lost earlier is lost for",
        "good, with the record that it opens. No key is deleted, and no key of a forgotten person comes back.",
    ),
    "offers": ("Codes and budgets that are lost come back as they were; what is there stays as it is.",),
    "audit": ("Lines of the access audit that are lost or were overwritten come back.",),
    "ledger": ("Entries of the ledger that are lost or were overwritten come back. FILE=... adds those of an export.",),
}
ALWAYS = (
    "Schedules, queues and the desk stand still until the end: half an hour to two hours for each table, mostly.",
    "The door goes on taking submissions; they are settled afterwards. AWS takes about 20 cents for each gigabyte.",
)


def tell_plan(operator: Operator, tables: Sequence[str], at: str) -> None:
    """Print what a restore will do, and what is lost."""
    operator.say(f"Restore of {', '.join(tables)} of the stage {operator.names.stage} to {at}.")
    for table in tables:
        for line in LOST[table]:
            operator.say(f"  {line}")
    for line in ALWAYS:
        operator.say(f"  {line}")


def tell_counts(operator: Operator, table: str, counts: Counts) -> None:
    """Print what became of a table's rows."""
    operator.say(f"{table}: {counts.put} rows put back, {counts.deleted} deleted, {counts.same} as they were.")


def tell_end(operator: Operator, progress: Progress) -> None:
    """Print what to look at afterwards."""
    stage = operator.names.stage
    operator.say(f"Restored to {progress.at}: {', '.join(progress.tables)}. Now look at the desk, then:")
    operator.say(f"  make verify-ledger STAGE={stage}   (docs/erasure.md)")
    if "customers" in progress.tables:
        operator.say(f"  to go back to before this restore: TABLE=customers AT={progress.paused_at}")
