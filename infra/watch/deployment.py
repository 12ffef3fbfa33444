"""Checks of the stack: where it is, how it stands, which version it has, whether it is protected."""

from infra.account.answers import read_answers
from infra.account.blueprint import VERSION
from infra.account.place import name_file
from infra.places import show_path
from infra.watch.finding import Finding, amber, green, red
from infra.watch.stage import Stage

WHOLE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")


def check_place(stage: Stage) -> Finding:
    """Compare account and region with the answers; another one ends the command before."""
    path, names = name_file(stage.name), stage.operator.names
    answers = read_answers(path)
    where = f"Account {names.account}, region {names.region}"
    if answers["account"] == names.account and answers["region"] == names.region:
        return green(f"{where}, as {show_path(path)} says.")
    return amber(
        f"{where}; {show_path(path)} does not say that it is the right one.", f"{stage.name_command('deploy')} asks."
    )


def check_state(stage: Stage) -> Finding:
    """Look whether CloudFormation is at rest."""
    status = str(stage.described.get("StackStatus", "gone"))
    if status.endswith("_IN_PROGRESS"):
        return amber(f"The stack is {status}.", "Wait until CloudFormation has finished, then look again.")
    if status == "UPDATE_ROLLBACK_COMPLETE":
        do = f"Look at the events of the stack, then {stage.name_command('deploy')} again."
        return amber("The last update failed, and the version before runs.", do)
    if status in WHOLE:
        return green(f"The stack is {status}.")
    return red(f"The stack is {status}.", f"{stage.name_command('deploy')} says how to go on.")


def check_version(stage: Stage) -> Finding:
    """Look for the version with which the stack is stamped."""
    tags = {each["Key"]: each["Value"] for each in stage.described.get("Tags", ())}
    version, told = tags.get(VERSION, ""), stage.outputs.get("Version", "")
    if version and version == told:
        return green(f"Version {version}.")
    if version or told:
        return amber(f"The stack's tag says version {version or 'none'}, its output {told or 'none'}.", "Deploy again.")
    return amber("Nothing says which version runs: it was deployed by hand.", f"{stage.name_command('deploy')}.")


def check_protection(stage: Stage) -> Finding:
    """Look whether the stack refuses to be deleted."""
    if stage.described.get("EnableTerminationProtection"):
        return green("The stack refuses to be deleted.")
    return amber("The stack can be deleted by one command.", f"{stage.name_command('deploy')} protects it.")
