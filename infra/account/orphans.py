"""What an earlier stack of the stage left behind without a stack: its names stop a new one."""

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from infra.account.blueprint import list_kept
from infra.account.operator import Operator, list_pages
from infra.account.tables import list_tables, name_table
from infra.places import ROOT, show_path
from infra.template import read_template


@dataclass(frozen=True)
class Orphans:
    """Tables, aliases and keys by name or id. Keys stop no new stack, but old records open with them alone."""

    stage: str
    tables: list[str]
    aliases: list[str]
    keys: dict[str, str]  # id -> description

    def __bool__(self) -> bool:
        return bool(self.tables or self.aliases)

    def tell(self) -> str:
        """Return what there is, and the ways on."""
        named, place = ", ".join([*self.tables, *self.aliases]), show_path(ROOT / "out" / self.stage)
        lines = [
            f"No stack is there, but an earlier one left {named}, and {len(self.keys)} keys. Their names are taken."
        ]
        if self.tables:
            lines.append(f"To adopt the data: read {place}/adopt.sh, run it, repeat this command.")
            lines.append(f"To delete it for good: make uninstall STAGE={self.stage} DATA=destroy")
        lines += [f"To delete the alias: aws kms delete-alias --alias-name {alias}" for alias in self.aliases]
        return "\n  ".join(lines)


def find_orphans(operator: Operator) -> Orphans:
    """Find what begins with the stage's names; write how tables and keys are adopted to out/STAGE/."""
    orphans = Orphans(operator.names.stage, list_tables(operator), list_aliases(operator), list_keys(operator))
    if orphans.tables:
        write_adoption(operator, orphans, ROOT / "out" / orphans.stage)
    return orphans


def list_aliases(operator: Operator) -> list[str]:
    """Return the stage's aliases of keys."""
    every = list_pages(operator.client("kms"), "list_aliases", "Aliases")
    ours = {f"alias/{operator.names.prefix}{name}" for name in ("root", "inbox", "receipt")}
    return sorted(each["AliasName"] for each in every if each["AliasName"] in ours)


def list_keys(operator: Operator) -> dict[str, str]:
    """Return the stage's keys that are not to be deleted, known by the beginning of their description."""
    every = list_pages(operator.client("kms"), "list_keys", "Keys")
    known = [operator.try_read(partial(describe_key, operator, each["KeyId"])) for each in every]
    own = f"regulars {operator.names.stage}: "
    ours = [each for each in known if each and each["Description"].startswith(own)]
    return {each["KeyId"]: each["Description"] for each in ours if each["KeyState"] != "PendingDeletion"}


def describe_key(operator: Operator, key: str) -> dict[str, Any]:
    """Return what KMS says of a key."""
    about: dict[str, Any] = operator.client("kms").describe_key(KeyId=key)["KeyMetadata"]
    return about


def write_adoption(operator: Operator, orphans: Orphans, folder: Path) -> None:
    """Write a template of what was left, which resource is which, and the commands that make a stack of it."""
    kept = list_kept(read_template())
    wanted = list_imports(kept, orphans)
    template = {"Parameters": {"Stage": {"Type": "String", "Default": orphans.stage}}}
    template["Resources"] = {each["LogicalResourceId"]: kept[each["LogicalResourceId"]] for each in wanted}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "adopt-template.json").write_text(json.dumps(template, indent=1))
    (folder / "adopt-resources.json").write_text(json.dumps(wanted, indent=1))
    (folder / "adopt.sh").write_text(write_script(operator, folder))


def list_imports(kept: dict[str, dict[str, Any]], orphans: Orphans) -> list[dict[str, Any]]:
    """Return the resources to import, as CloudFormation takes them: a table by its name, a key by its id."""
    found = []
    for name, each in kept.items():
        properties = each["Properties"]
        if table := name_table(each, orphans.stage):
            found += [(name, each["Type"], {"TableName": table})] if table in orphans.tables else []
        else:
            said = properties["Description"]["Fn::Sub"].replace("${Stage}", orphans.stage)
            keys = [key for key, description in orphans.keys.items() if description == said]
            found += [(name, each["Type"], {"KeyId": keys[0]})] if len(keys) == 1 else []
    shape = ("LogicalResourceId", "ResourceType", "ResourceIdentifier")
    return [dict(zip(shape, each, strict=True)) for each in found]


def write_script(operator: Operator, folder: Path) -> str:
    """Return the commands that import what was left into a new stack."""
    stack, region, place = operator.names.stack, operator.names.region, show_path(folder)
    named = f"--region {region} --stack-name {stack} --change-set-name adopt"
    return "\n".join(
        [
            "#!/bin/sh -e",
            f"aws cloudformation create-change-set --change-set-type IMPORT {named} \\",
            f"  --template-body file://{place}/adopt-template.json --resources-to-import file://{place}/adopt-resources.json",
            f"aws cloudformation wait change-set-create-complete {named}",
            f"aws cloudformation execute-change-set {named}",
            f"aws cloudformation wait stack-import-complete --region {region} --stack-name {stack}",
            "",
        ]
    )
