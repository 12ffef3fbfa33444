"""What is looked at before anything is done: red findings stop a deployment, amber ones are only told."""

import fnmatch
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from infra.account.answers import Answers
from infra.account.operator import Operator
from infra.account.orphans import find_orphans
from infra.account.place import list_clashes
from infra.account.stack import Stack
from infra.account.version import Version

FEW_CONCURRENT = 100  # a new account has 10: the door and the scheduled functions would wait for each other
RED, AMBER = "red", "amber"


@dataclass(frozen=True)
class Finding:
    """One finding: red or amber, in a sentence."""

    level: str
    text: str


def check_account(operator: Operator, answers: Answers) -> Iterator[Finding]:
    """Yield a finding where the credentials or the shell are of another account or region than the answers."""
    return (Finding(RED, text) for text in list_clashes(operator, answers))


def check_role(operator: Operator, answers: Answers) -> Iterator[Finding]:
    """Yield a finding for a role whose name the keys' policies would take for one of the stack's own."""
    pattern = f"{operator.names.stack}-*Role-*"
    kind, _, path = operator.caller["Arn"].rpartition(":")[2].partition("/")
    own = path.partition("/")[0] if kind == "assumed-role" else ""
    for name in (own, answers["build_role"].rpartition("/")[2]):
        if fnmatch.fnmatchcase(name, pattern):
            yield Finding(RED, f"The role {name} is named like the stack's own, which may not make keys: rename it.")


def check_tree(version: Version, *, dirty: bool) -> Iterator[Finding]:
    """Yield a finding where files differ from the commit that would name the version."""
    if version.changed:
        level = AMBER if dirty else RED
        hint = "" if dirty else "; commit them, or say DIRTY=yes"
        yield Finding(level, f"Files differ from the commit: {version.list_changed()}{hint}.")


def check_quota(operator: Operator) -> Iterator[Finding]:
    """Yield a finding where Lambda runs few functions at once, or does not say how many."""
    settings = operator.try_read(lambda: operator.client("lambda").get_account_settings())
    if settings is None:
        yield Finding(AMBER, "How many functions Lambda runs at once is not known: the call was refused.")
    elif (most := settings["AccountLimit"]["ConcurrentExecutions"]) < FEW_CONCURRENT:
        yield Finding(AMBER, f"Lambda runs {most} functions at once here: ask AWS (Service Quotas, Lambda) for 1,000.")


def check_mail(operator: Operator) -> Iterator[Finding]:
    """Yield a finding where SES sends to nobody, or only to verified addresses."""
    account = operator.try_read(lambda: operator.client("sesv2").get_account())
    if account is None:
        yield Finding(AMBER, "Whether SES may send is not known: the call was refused.")
    elif not account.get("SendingEnabled", True):
        yield Finding(AMBER, "SES has stopped sending for this account: see its console.")
    elif not account.get("ProductionAccessEnabled"):
        text = "SES is in its sandbox: it refuses mail to every address that is not verified."
        yield Finding(AMBER, f"{text} Ask for production access (SES console, Account dashboard).")


def check_orphans(operator: Operator, stack: Stack) -> Iterator[Finding]:
    """Yield a finding where there is no stack, but tables, aliases or keys of an earlier one."""
    if stack.read():
        return
    if orphans := find_orphans(operator):
        yield Finding(RED, orphans.tell())


def look_first(operator: Operator, answers: Answers, version: Version, stack: Stack, *, dirty: bool) -> None:
    """Print every finding; raise SystemExit where one is red. A first try that failed is cleaned in between."""
    own = [*check_account(operator, answers), *check_role(operator, answers), *check_tree(version, dirty=dirty)]
    stop_red(operator, own)
    stack.clean()
    stop_red(operator, [*check_orphans(operator, stack), *check_quota(operator), *check_mail(operator)])


def stop_red(operator: Operator, found: Iterable[Finding]) -> None:
    """Print findings; raise SystemExit where one is red."""
    findings = list(found)
    for finding in findings:
        operator.say(f"{finding.level}: {finding.text}")
    if any(finding.level == RED for finding in findings):
        raise SystemExit("Stopped. Nothing was changed.")
