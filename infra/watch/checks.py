"""Every check, in the order in which findings are printed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import RegularsError
from infra.staff.deployed import explain_refusal
from infra.watch import (
    alarms,
    deployment,
    door,
    inbox,
    jobs,
    keys,
    mail,
    parameters,
    people,
    queues,
    quotas,
    runtimes,
    tables,
)
from infra.watch.finding import Finding, unknown
from infra.watch.stage import Stage

FAULTS = (ClientError, BotoCoreError, OSError, RegularsError, LookupError, ValueError)
Look = Callable[[Stage], Finding | None]  # None: there is nothing to look at


@dataclass(frozen=True)
class Check:
    """A check by its name; `local` ones look at a local stack as well."""

    name: str
    look: Look
    local: bool = False


CHECKS = (
    Check("place", deployment.check_place),
    Check("stack", deployment.check_state),
    Check("version", deployment.check_version),
    Check("stack-protection", deployment.check_protection),
    Check("concurrency", quotas.check_concurrency),
    Check("runtime", runtimes.check_runtime),
    Check("form", door.check_form, local=True),
    Check("signature", door.check_signature, local=True),
    Check("address", door.check_address),
    Check("stages", door.check_stages),
    Check("parameters", parameters.check_parameters, local=True),
    Check("inbox-key", parameters.check_inbox_key, local=True),
    Check("keys", keys.check_states),
    Check("key-rotation", keys.check_rotation),
    Check("key-policies", keys.check_policies),
    Check("tables", tables.check_there, local=True),
    Check("table-protection", tables.check_protection),
    Check("backups", tables.check_backups),
    Check("expiry", tables.check_expiry),
    Check("table-policies", tables.check_policies),
    Check("mail-access", mail.check_access),
    Check("mail-standing", mail.check_standing),
    Check("mail-domain", mail.check_identity),
    Check("dkim", mail.check_dkim),
    Check("mail-from", mail.check_mail_from),
    Check("dmarc", mail.check_dmarc),
    Check("mail-events", mail.check_events),
    Check("suppression", mail.check_suppression),
    Check("mail-rates", mail.check_rates, local=True),
    Check("alarm-mail", alarms.check_hearing),
    Check("alarms", alarms.check_ringing),
    Check("jobs", jobs.check_runs),
    Check("crashes", jobs.check_crashes),
    Check("failures", queues.check_failures, local=True),
    Check("backlog", queues.check_backlog, local=True),
    Check("settling", inbox.check_age, local=True),
    Check("waiting", inbox.check_waiting, local=True),
    Check("requests", people.check_requests, local=True),
    Check("erasures", people.check_erasures, local=True),
    Check("ledger", people.check_whole, local=True),
)


def run_checks(stage: Stage) -> Iterator[tuple[str, Finding]]:
    """Yield the name of each check that applies, and what it found."""
    for check in CHECKS:
        if check.local or not stage.local:
            found = make_check(check.look, stage)
            if found is not None:
                yield check.name, found


def make_check(look: Look, stage: Stage) -> Finding | None:
    """Return what a check found; one that could not be made is unknown, with the reason, and stops no other."""
    try:
        return look(stage)
    except FAULTS as fault:
        return explain_fault(fault)


def explain_fault(fault: Exception) -> Finding:
    """Return the finding of a check that could not be made."""
    if isinstance(fault, ClientError):
        return unknown(f"Not looked at: {explain_refusal(fault)}")
    if isinstance(fault, (LookupError, ValueError)):
        return unknown(f"Not looked at: an answer of another shape ({type(fault).__name__}).")
    return unknown(f"Not looked at: no answer ({type(fault).__name__}).", "Look again in a minute.")
