"""Checks of the three KMS keys: whether they are there, rotate, and are kept from the stack's own roles."""

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from infra.watch.finding import Finding, amber, green, list_some, red
from infra.watch.stage import ROLE, Stage

ENDING, USING = "NoRoleOfThisStackEndsAKey", "TheDoorUsesNoKey"  # the statements of infra/template.yaml
DOOR = "ApiHandlerRole"  # as Chalice names the door's role


def list_keys(stage: Stage) -> dict[str, str]:
    """Return the stage's keys by what they are for; of two during a change the first."""
    settings = stage.settings
    named = {"root": settings.root_key, "inbox": settings.inbox_key, "receipt": settings.receipt_key}
    return {name: arn.partition(",")[0] for name, arn in named.items()}


def check_states(stage: Stage) -> Finding:
    """Look whether each key can be used."""
    kms = stage.client("kms")
    states = {
        name: kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] if arn else "not there"
        for name, arn in list_keys(stage).items()
    }
    wrong = {name: state for name, state in states.items() if state != "Enabled"}
    if "PendingDeletion" in wrong.values():
        ending = [name for name, state in wrong.items() if state == "PendingDeletion"]
        do = "At once: aws kms cancel-key-deletion, then aws kms enable-key. Without it all data is lost."
        return red(f"Keys end soon: {list_some(ending)}.", do)
    if wrong:
        told = list_some([f"{name} is {state}" for name, state in wrong.items()])
        return red(f"Keys cannot be used: {told}.", "aws kms enable-key")
    return green("The three keys are enabled.")


def check_rotation(stage: Stage) -> Finding:
    """Look whether AWS renews the root key; the others are pairs, which AWS does not renew."""
    status = stage.client("kms").get_key_rotation_status(KeyId=list_keys(stage)["root"])
    if status["KeyRotationEnabled"]:
        return green("AWS renews the root key each year.")
    return amber("The root key is not renewed.", f"{stage.name_command('deploy')}, or aws kms enable-key-rotation.")


def check_policies(stage: Stage) -> Finding:
    """Look whether each key's policy denies the stack's roles what would end it, by the names that they have."""
    roles = {name: role for name, role in stage.list_resources(ROLE).items() if role}
    missed = set()
    for name, arn in list_keys(stage).items():
        statements = read_policy(stage, arn)
        ending, using = (list(list_denied(statements.get(sid, {}))) for sid in (ENDING, USING))
        if not ending or not using:
            missed.add(f"{name} denies nobody")
        missed |= {role for role in roles.values() if not is_named(role, ending)}
        missed |= {role for label, role in roles.items() if label == DOOR and not is_named(role, using)}
    if missed:
        do = "Give the stack a name under 30 characters, and its keys the policy of infra/template.yaml."
        return red(f"The keys' policies do not hold for: {list_some(sorted(missed))}.", do)
    return green(f"The keys' policies hold for the stack's {len(roles)} roles.")


def read_policy(stage: Stage, arn: str) -> dict[str, dict[str, Any]]:
    """Return the statements of a key's policy, by their names."""
    text = stage.client("kms").get_key_policy(KeyId=arn, PolicyName="default")["Policy"]
    return {each.get("Sid", ""): each for each in json.loads(text)["Statement"]}


def list_denied(statement: dict[str, Any]) -> Iterator[str]:
    """Yield the patterns of the roles that a statement denies something, without account."""
    if statement.get("Effect") != "Deny":
        return
    patterns = statement.get("Condition", {}).get("ArnLike", {}).get("aws:PrincipalArn", [])
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        yield pattern.rpartition(":role/")[2]


def is_named(role: str, patterns: list[str]) -> bool:
    """Return whether a role's name fits one of the patterns."""
    return any(fnmatchcase(role, pattern) for pattern in patterns)
