"""Checks of the tables, against what the template wants of each."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from infra.account.operator import is_missing, name_code
from infra.watch.finding import Finding, green, list_some, red
from infra.watch.stage import Stage

DENIED = {"dynamodb:UpdateItem", "dynamodb:DeleteItem"}
NO_POLICY = "PolicyNotFoundException"


def shorten_names(stage: Stage, names: list[str]) -> str:
    """Return the tables' names without the stage's, for a sentence."""
    return list_some([name.removeprefix(stage.settings.prefix) for name in names])


def find_lacking(stage: Stage, wanted: str, has: Callable[[str], bool]) -> str:
    """Return the tables of which the template wants something that they have not, for a sentence."""
    return shorten_names(stage, [name for name, want in stage.tables.items() if want.get(wanted) and not has(name)])


def describe_table(stage: Stage, name: str) -> Mapping[str, Any]:
    """Return what DynamoDB says of a table, asked once."""
    if name not in stage.described_tables:
        stage.described_tables[name] = stage.services.dynamodb.describe_table(TableName=name)["Table"]
    return stage.described_tables[name]


def check_there(stage: Stage) -> Finding:
    """Look whether each table is there and works."""
    states = {name: read_state(stage, name) for name in stage.tables}
    if wrong := [name for name, state in states.items() if state not in ("ACTIVE", "UPDATING")]:
        do = "docs/erasure.md says how a table is restored."
        return red(f"Tables that are not there or do not work: {shorten_names(stage, wrong)}.", do)
    return green(f"The {len(states)} tables are there.")


def read_state(stage: Stage, name: str) -> str:
    """Return the state of a table, "" where there is none."""
    try:
        return str(describe_table(stage, name)["TableStatus"])
    except ClientError as error:
        if is_missing(error):
            return ""
        raise


def check_protection(stage: Stage) -> Finding:
    """Look whether the tables that are kept refuse to be deleted."""

    def has(name: str) -> bool:
        return bool(describe_table(stage, name).get("DeletionProtectionEnabled"))

    if lacking := find_lacking(stage, "DeletionProtectionEnabled", has):
        return red(f"Tables that one command can delete: {lacking}.", f"{stage.name_command('deploy')} does it.")
    return green("The tables that are kept refuse to be deleted.")


def check_backups(stage: Stage) -> Finding:
    """Look whether the tables can be brought back to any moment of the last weeks."""

    def has(name: str) -> bool:
        told = stage.client("dynamodb").describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        return bool(told["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED")

    if lacking := find_lacking(stage, "PointInTimeRecoverySpecification", has):
        return red(f"Tables without backups: {lacking}.", f"{stage.name_command('deploy')} switches them on.")
    return green("Backups are on.")


def check_expiry(stage: Stage) -> Finding:
    """Look whether rows that are over expire."""

    def has(name: str) -> bool:
        told = stage.client("dynamodb").describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        return told.get("TimeToLiveStatus") in ("ENABLED", "ENABLING") and told.get("AttributeName") == "expires_at"

    if lacking := find_lacking(stage, "TimeToLiveSpecification", has):
        do = f"{stage.name_command('deploy')} switches it on; what is kept too long breaks a promise."
        return red(f"Tables in which nothing expires: {lacking}.", do)
    return green("Rows expire.")


def check_policies(stage: Stage) -> Finding:
    """Look whether nobody may change audit and ledger."""

    def has(name: str) -> bool:
        return read_denied(stage, name) >= DENIED

    if lacking := find_lacking(stage, "ResourcePolicy", has):
        do = f"{stage.name_command('deploy')}, with credentials that may call dynamodb:PutResourcePolicy."
        return red(f"Tables whose lines can be changed: {lacking}.", do)
    return green("The lines of audit and ledger cannot be changed.")


def read_denied(stage: Stage, name: str) -> set[str]:
    """Return what a table's own policy denies everybody."""
    arn = describe_table(stage, name)["TableArn"]
    try:
        text = stage.client("dynamodb").get_resource_policy(ResourceArn=arn)["Policy"]
    except ClientError as error:
        if name_code(error) == NO_POLICY:
            return set()
        raise
    denied = [each for each in json.loads(text)["Statement"] if each["Effect"] == "Deny" and "Condition" not in each]
    return {action for each in denied if each.get("Principal") in ("*", {"AWS": "*"}) for action in each["Action"]}
