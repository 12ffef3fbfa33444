"""The template as `make package` makes it, from a copy of the project without requirements: nothing is downloaded."""

import copy
import functools
import tempfile
from pathlib import Path
from typing import Any

from infra.deploy.package import write_template
from infra.deploy.runtime import read_target
from infra.template import load_yaml


@functools.cache
def write_packaged() -> Path:
    """Package once per run; return the template's file."""
    folder = Path(tempfile.mkdtemp(prefix="regulars-packaged-"))
    return write_template("dev", folder, read_target({}))


@functools.cache
def load_packaged() -> dict[str, Any]:
    """Read the template once: reading YAML is slow."""
    return load_yaml(write_packaged().read_text())


def read_packaged() -> dict[str, Any]:
    """Return the packaged template; a fresh copy each time, to be broken at will."""
    return copy.deepcopy(load_packaged())


def list_functions(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the properties of every function, the global environment merged in as SAM does."""
    shared = template["Globals"]["Function"]["Environment"]["Variables"]
    functions = {}
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            own = resource["Properties"].get("Environment", {}).get("Variables", {})
            functions[name] = resource["Properties"] | {"Variables": shared | own}
    return functions


def list_tables(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return every table, whole, by its name without the stage."""
    return {
        resource["Properties"]["TableName"]["Fn::Sub"].removeprefix("regulars-${Stage}-"): resource
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::DynamoDB::Table"
    }


def role_statements(template: dict[str, Any], function: str) -> list[dict[str, Any]]:
    """Return the policy statements of a function's role."""
    role = template["Resources"][function]["Properties"]["Role"]["Fn::GetAtt"][0]
    policies = template["Resources"][role]["Properties"]["Policies"]
    return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]
