"""Read infra/template.yaml, and resolve its Ref, Fn::Sub and Fn::GetAtt as far as a local stack needs them."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml

from infra.places import ROOT

TEMPLATE = ROOT / "infra" / "template.yaml"
PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::AccountId": "000000000000",
    "AWS::StackName": "regulars-local",
    "AWS::URLSuffix": "amazonaws.com",
}
# A resource's `Ref`, and its attributes, by name.
Made = dict[str, dict[str, str]]


def read_template() -> Mapping[str, Any]:
    """Return the template as plain dictionaries and lists, which all callers share: nobody changes them."""
    return parse_template(TEMPLATE.read_text())


@cache
def parse_template(text: str) -> Mapping[str, Any]:
    """Parse a template once: reading two thousand lines of YAML takes longer than making the tables."""
    return load_yaml(text)


def load_yaml(text: str) -> dict[str, Any]:
    """Parse YAML with libyaml where PyYAML came with it: ten times as fast."""
    loaded: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return loaded


def default_parameters(template: Mapping[str, Any]) -> dict[str, str]:
    """Return the default of each parameter, or the empty text."""
    return {name: str(spec.get("Default", "")) for name, spec in template["Parameters"].items()}


def resolve_value(value: Any, parameters: Mapping[str, str], made: Made) -> Any:
    """Return `value` with its intrinsics replaced; raise KeyError for a resource that was not made."""
    if isinstance(value, list):
        return [resolve_value(part, parameters, made) for part in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"Ref": name}:
            return find_name(name, parameters, made)
        case {"Fn::GetAtt": [name, attribute]}:
            return made[name][attribute]
        case {"Fn::Sub": str(text)}:
            return fill_text(text, parameters, made)
    return {key: resolve_value(part, parameters, made) for key, part in value.items()}


def find_name(name: str, parameters: Mapping[str, str], made: Made) -> str:
    """Return the value of `Ref: name`, or of `name.Attribute` as Fn::Sub writes it."""
    if name in parameters:
        return parameters[name]
    if name in PSEUDO:
        return PSEUDO[name]
    resource, _, attribute = name.partition(".")
    return made[resource][attribute or "Ref"]


def fill_text(text: str, parameters: Mapping[str, str], made: Made) -> str:
    """Replace every ${Name} in `text`."""
    return re.sub(r"\$\{([^}!]+)\}", lambda found: find_name(found[1], parameters, made), text)
