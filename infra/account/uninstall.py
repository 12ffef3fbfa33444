"""`make uninstall STAGE=prod`: takes the stack of a stage out of an account; with DATA=destroy, what it stored as well.

It counts what is there, writes the ledger of erasures to out/STAGE-ledger.jsonl, and asks for the stage's name. Then it
stops schedules and queues, leads the shop's own domains nowhere, and deletes the stack. Tables and keys stay.

    STAGE=prod             the stage
    DATA=keep              tables, keys and parameters stay; this is the default
    DATA=destroy           they are deleted too, for good; also where the stack is gone already. AWS keeps the keys for
                           30 days, in which their deletion can be cancelled (aws kms cancel-key-deletion)
"""

from pathlib import Path

from infra.account.answers import Answers
from infra.account.command import Arguments, read_arguments, run_command
from infra.account.domains import unmap_domain
from infra.account.ledger_file import export_ledger
from infra.account.names import check_stage
from infra.account.operator import Operator
from infra.account.orphans import list_keys
from infra.account.place import find_operator, require_answers
from infra.account.preflight import check_account, stop_red
from infra.account.remains import count_data, destroy_data, tell_remains
from infra.account.restore_state import refuse_meanwhile
from infra.account.stack import Stack
from infra.account.tables import list_tables
from infra.places import ROOT

KEEP, DESTROY = "keep", "destroy"


def uninstall_stage(operator: Operator, answers: Answers, data: str, folder: Path = ROOT / "out") -> None:
    """Take the stack away, and the data where asked; raise SystemExit where the operator types another name."""
    if data not in (KEEP, DESTROY):
        raise SystemExit(f"DATA={data}: keep or destroy.")
    stop_red(operator, check_account(operator, answers))
    refuse_meanwhile(operator)
    stack = Stack(operator)
    tables, keys = list_tables(operator), list_keys(operator)
    count_data(operator, tables, keys, there=bool(stack.read()))
    if f"{operator.names.prefix}ledger" in tables:
        export_ledger(operator, folder / f"{operator.names.stage}-ledger.jsonl")
    operator.confirm_stage(tell_loss(data))
    if stack.wait():  # until a deletion that was broken off here is at its end
        stop_work(operator, stack)
        for url in (answers["public_url"], answers["desk_url"]):
            unmap_domain(operator, url) if url else None
        stack.guard(on=False)
        stack.delete()
        operator.say(f"{stack.name} is deleted.")
    if data == DESTROY:
        destroy_data(operator)
    tell_remains(operator, answers, destroyed=data == DESTROY)


def tell_loss(data: str) -> str:
    """Return what is about to be deleted."""
    what = "the stack and ALL that is stored, for good" if data == DESTROY else "the stack; what is stored stays"
    return f"This deletes {what}."


def stop_work(operator: Operator, stack: Stack) -> None:
    """Switch schedules and the mappings of stream and queues off, so that nothing is half done when the tables go."""
    for resource in stack.list_resources():
        match resource["ResourceType"]:
            case "AWS::Events::Rule":
                operator.client("events").disable_rule(Name=resource["PhysicalResourceId"])
            case "AWS::Lambda::EventSourceMapping":
                asked = {"UUID": resource["PhysicalResourceId"], "Enabled": False}
                operator.client("lambda").update_event_source_mapping(**asked)
    operator.say("Schedules and queues are stopped.")


def main(asked: Arguments) -> None:
    """Take a stage out of its account."""
    check_stage(asked.stage)
    answers = require_answers(asked.stage)
    uninstall_stage(find_operator(asked.stage), answers, asked.data or KEEP)


if __name__ == "__main__":
    run_command(main, read_arguments(__doc__ or "", "data"))
