"""The template as it is deployed, from the one that `make package` wrote.

It is JSON: CloudFormation takes no YAML aliases. Tables and keys get RetainExceptOnCreate, so that a first deployment
that fails leaves none behind whose names would stop the next try. The first deployment makes them without deletion
protection and starts no schedule; the update that follows at once does both, when the door can answer and every link
has an address.
"""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from infra.template import load_yaml

Template = dict[str, Any]
DATA = ("AWS::DynamoDB::Table", "AWS::KMS::Key")
VERSION = "regulars:version"  # the stack's tag


def read_package(folder: Path) -> Template:
    """Return the template that `make package` wrote."""
    return load_yaml((folder / "sam.yaml").read_text("utf-8"))


def write_blueprint(packaged: Template, version: str, bucket: str, package: str) -> str:
    """Return the template of a version, whose functions lie in the bucket under the key `package`."""
    template = deepcopy(packaged)
    template["Description"] = f"Regulars {version}"
    template.setdefault("Outputs", {})["Version"] = {"Description": "git's commit", "Value": version}
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = {"Bucket": bucket, "Key": package}
        if resource.get("DeletionPolicy") == "Retain":
            resource["DeletionPolicy"] = "RetainExceptOnCreate"
    switch_schedules(template, on=True)
    return json.dumps(template, indent=1)


def write_first(blueprint: str, *, adopted: bool = False) -> str:
    """Return the template of a first deployment: no schedule, and tables that a roll-back can delete.

    Tables that were adopted hold data, and stay protected.
    """
    template: Template = json.loads(blueprint)
    for resource in template["Resources"].values() if not adopted else ():
        resource.get("Properties", {}).pop("DeletionProtectionEnabled", None)
    switch_schedules(template, on=False)
    return json.dumps(template, indent=1)


def switch_schedules(template: Template, *, on: bool) -> None:
    """Say of each schedule whether it is on: CloudFormation may leave one as it is that says nothing.

    A schedule whose own condition decides when it is on keeps that.
    """
    for schedule in list_schedules(template):
        if not on or not isinstance(schedule.get("State"), dict):
            schedule["State"] = "ENABLED" if on else "DISABLED"


def list_schedules(template: Template) -> Iterator[dict[str, Any]]:
    """Yield the properties of each schedule of a function."""
    for resource in template["Resources"].values():
        for event in resource.get("Properties", {}).get("Events", {}).values() if is_function(resource) else ():
            if event["Type"] == "Schedule":
                yield event["Properties"]


def is_function(resource: dict[str, Any]) -> bool:
    return bool(resource["Type"] == "AWS::Serverless::Function")


def list_kept(template: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the tables and keys that outlive the stack, by logical name."""
    kept = ("Retain", "RetainExceptOnCreate")
    every = template["Resources"].items()
    return {name: each for name, each in every if each.get("Type") in DATA and each.get("DeletionPolicy") in kept}
