"""Makes a table of the stage again that was deleted, with the settings that the template says."""

import json
from typing import Any

from infra.account.blueprint import list_kept
from infra.account.operator import Operator
from infra.account.stack import Stack
from infra.template import read_template, resolve_value

ASKED = ("TableName", "BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
SECONDS, ROUNDS = 5, 120


def remake_table(operator: Operator, stack: Stack, name: str) -> None:
    """Make a table unless it is there, and set what the template says; each step may be repeated."""
    api, wanted = operator.client("dynamodb"), find_properties(operator, name)
    try:
        found = api.describe_table(TableName=name)["Table"]
    except api.exceptions.ResourceNotFoundException:
        tags = stack.read().get("Tags", [])
        request = {key: wanted[key] for key in ASKED if key in wanted}
        made = api.create_table(**request, DeletionProtectionEnabled=True, **({"Tags": tags} if tags else {}))
        found = made["TableDescription"]
        operator.say(f"{name}: made anew, as the template says.")
    wait_active(operator, api, name)
    set_settings(operator, api, found, wanted)


def find_properties(operator: Operator, name: str) -> dict[str, Any]:
    """Return a table's properties in the template."""
    kept = [each["Properties"] for each in list_kept(read_template()).values() if "TableName" in each["Properties"]]
    every = [resolve_value(each, {"Stage": operator.names.stage}, {}) for each in kept]
    found: dict[str, Any] = next(each for each in every if each["TableName"] == name)
    return found


def wait_active(operator: Operator, api: Any, name: str) -> None:
    """Wait until a table can be written to."""
    for _ in range(ROUNDS):
        if api.describe_table(TableName=name)["Table"]["TableStatus"] == "ACTIVE":
            return
        operator.pause(SECONDS)
    raise SystemExit(f"{name} is still being made; repeat this command.")


def set_settings(operator: Operator, api: Any, found: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Set expiry, backups and policy where the table has none."""
    name, arn = found["TableName"], found["TableArn"]
    if expiry := wanted.get("TimeToLiveSpecification"):
        told = api.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        if told["TimeToLiveStatus"] not in ("ENABLED", "ENABLING"):
            api.update_time_to_live(TableName=name, TimeToLiveSpecification=expiry)
    if (backups := wanted.get("PointInTimeRecoverySpecification")) and not has_past(api, name):
        set_backups(operator, api, name, backups)
    if (policy := wanted.get("ResourcePolicy")) and not has_policy(api, arn):
        api.put_resource_policy(ResourceArn=arn, Policy=json.dumps(policy["PolicyDocument"]))


def has_past(api: Any, name: str) -> bool:
    """Return whether a table has point-in-time recovery."""
    told = api.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    reach = told.get("PointInTimeRecoveryDescription", {})
    return bool(reach.get("PointInTimeRecoveryStatus") == "ENABLED")


def has_policy(api: Any, arn: str) -> bool:
    """Return whether a table has a policy of its own."""
    try:
        return bool(api.get_resource_policy(ResourceArn=arn)["Policy"])
    except api.exceptions.PolicyNotFoundException:
        return False


def set_backups(operator: Operator, api: Any, name: str, backups: dict[str, Any]) -> None:
    """Turn on point-in-time recovery; a table that was made just now is not ready for it."""
    for _ in range(ROUNDS):
        try:
            api.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=backups)
        except api.exceptions.ContinuousBackupsUnavailableException:
            operator.pause(SECONDS)
        else:
            return
    raise SystemExit(f"{name} cannot have backups yet; repeat this command.")
