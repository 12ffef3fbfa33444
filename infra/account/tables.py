"""A stage's tables as things of the account: which are there, how full, whether protected. Rows are the store's."""

from typing import Any

from infra.account.blueprint import list_kept
from infra.account.operator import Operator, list_pages
from infra.template import read_template

RESTORED = "-restored"  # the end of a name that a restore gives; no function may read a table of such a name


def name_table(resource: dict[str, Any], stage: str) -> str:
    """Return the name of a table of the template in a stage, or nothing for what is no table."""
    name = resource.get("Properties", {}).get("TableName", {}).get("Fn::Sub", "")
    return str(name).replace("${Stage}", stage)


def list_kept_tables(stage: str) -> set[str]:
    """Return the names of the tables that outlive a stack."""
    return {name_table(each, stage) for each in list_kept(read_template()).values()} - {""}


def list_tables(operator: Operator) -> list[str]:
    """Return the stage's tables that are there, and those that a restore left beside them."""
    named = {name_table(each, operator.names.stage) for each in read_template()["Resources"].values()} - {""}
    ours = named | {f"{name}{RESTORED}" for name in named}
    every = list_pages(operator.client("dynamodb"), "list_tables", "TableNames")
    return [name for name in every if name in ours]


def read_table(operator: Operator, name: str) -> dict[str, Any]:
    """Return what DynamoDB says of a table."""
    described: dict[str, Any] = operator.client("dynamodb").describe_table(TableName=name)["Table"]
    return described


def guard_tables(operator: Operator, *, on: bool = True) -> None:
    """Switch the deletion protection of the tables that outlive the stack."""
    kept = list_kept_tables(operator.names.stage)
    for table in list_tables(operator):
        known = read_table(operator, table).get("DeletionProtectionEnabled", False)
        if table in kept and known != on:
            operator.client("dynamodb").update_table(TableName=table, DeletionProtectionEnabled=on)
            operator.say(f"{table}: protection against deletion is {'on' if on else 'off'}.")


def delete_tables(operator: Operator) -> None:
    """Delete the stage's tables; one that is being deleted already is left alone."""
    for table in list_tables(operator):
        if read_table(operator, table)["TableStatus"] != "DELETING":
            operator.client("dynamodb").delete_table(TableName=table)
            operator.say(f"{table}: deleted.")
