"""The part of IAM policies that ours use: statements, and whether one applies to a call. Unknown parts raise an error.

A policy may use Sid, Effect, Action, Resource and Condition, in a table's own policy Principal "*" as well; the
conditions are those of OPERATORS on the keys of CONDITION_KEYS. Anything else raises UnknownPolicyError: a word that is
skipped would make a policy wider here than on AWS, and a missing right would be noticed in production alone.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

VERSION = "2012-10-17"
ELEMENTS = {"Sid", "Effect", "Action", "Resource", "Condition"}
LEADING = "dynamodb:LeadingKeys"
ALIASES = "kms:ResourceAliases"
STAMP = "aws:ResourceTag/regulars:version"  # the tag that a deployment gives to everything of the stack
SENDER = "ses:FromAddress"
KMS = {"kms:EncryptionAlgorithm", "kms:EncryptionContext:purpose"}
CONDITION_KEYS = {LEADING, SENDER, ALIASES, STAMP, *KMS}

Resolve = Callable[[Any], str | None]  # an ARN or intrinsic -> its ARN, or None for a resource that is not made here


class UnknownPolicyError(Exception):
    """A policy has a part that this reader does not support."""


@dataclass(frozen=True)
class Need:
    """A right that a call needs: the action, on which resource (the end of its ARN), with which condition values."""

    action: str
    resource: str
    keys: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()  # of a KMS key
    stamp: tuple[str, ...] = ()
    sender: str = ""  # the address in From of a mail, without the name

    def read_values(self, key: str) -> tuple[str, ...]:
        """Return the call's values of a condition key; none of a call of a function has one of KMS's."""
        return {LEADING: self.keys, ALIASES: self.aliases, STAMP: self.stamp, SENDER: (self.sender,)}.get(key, ())


@dataclass(frozen=True)
class Condition:
    """One line of a statement's Condition; a statement applies where all its conditions are met."""

    operator: str
    key: str
    values: tuple[str, ...]

    def is_met(self, need: Need) -> bool:
        """Return whether a call meets it."""
        return OPERATORS[self.operator](need.read_values(self.key), self.values)


@dataclass(frozen=True)
class Statement:
    """A statement of a policy, with patterns of actions and of the ends of ARNs."""

    allows: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[Condition, ...]

    def applies_to(self, need: Need) -> bool:
        """Return whether the statement covers a right."""
        return (
            any(fits_pattern(need.action.lower(), pattern.lower()) for pattern in self.actions)
            and any(fits_pattern(need.resource, pattern) for pattern in self.resources)
            and all(condition.is_met(need) for condition in self.conditions)
        )


def is_allowed(statements: list[Statement], need: Need) -> bool:
    """Return whether statements give a right: one allows it, and none denies it."""
    speaking = [statement.allows for statement in statements if statement.applies_to(need)]
    return bool(speaking) and all(speaking)


def read_policy(document: Mapping[str, Any], resolve: Resolve, own_table: str = "") -> list[Statement]:
    """Read a policy document; `own_table` is the ARN of the table whose own policy it is."""
    if document.get("Version") != VERSION or set(document) != {"Version", "Statement"}:
        raise UnknownPolicyError(f"a policy with {sorted(document)} of version {document.get('Version')}")
    return [read_statement(statement, resolve, own_table) for statement in document["Statement"]]


def read_statement(statement: Mapping[str, Any], resolve: Resolve, own_table: str = "") -> Statement:
    """Read one statement; raise UnknownPolicyError for a part that is not supported."""
    rest = set(statement) - ELEMENTS - ({"Principal"} if own_table else set())
    if rest or statement.get("Effect") not in ("Allow", "Deny"):
        raise UnknownPolicyError(f"a statement with {sorted(rest)}, effect {statement.get('Effect')}")
    if own_table and (statement.get("Principal"), statement["Resource"]) != ("*", "*"):
        raise UnknownPolicyError("a table's own policy that is not for everybody and the whole table")
    allows = statement["Effect"] == "Allow"
    named = [own_table, f"{own_table}/*"] if own_table else map(resolve, list_values(statement["Resource"]))
    return Statement(
        allows=allows,
        actions=tuple(read_text(action) for action in list_values(statement["Action"])),
        resources=read_resources(list(named), allows=allows),
        conditions=tuple(
            read_condition(operator, key, values, resolve)
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        ),
    )


def read_resources(arns: list[str | None], *, allows: bool) -> tuple[str, ...]:
    """Return patterns of the ends of ARNs. A resource that is not made here matches no Allow, and every Deny."""
    unknown = () if allows or None not in arns else ("*",)
    return tuple(end_arn(arn) for arn in arns if arn is not None) + unknown


def read_condition(operator: str, key: str, values: Any, resolve: Resolve) -> Condition:
    """Read one line of a statement's Condition; a value may be a parameter of the template."""
    if operator not in OPERATORS or key not in CONDITION_KEYS:
        raise UnknownPolicyError(f"the condition {operator} on {key}")
    named = (resolve(value) if isinstance(value, dict) else value for value in list_values(values))
    return Condition(operator, key, tuple(read_text(value) for value in named))


def read_text(value: Any) -> str:
    """Return a policy's text; a policy variable would need the caller's identity, which nothing here has."""
    if not isinstance(value, str) or "${" in value:
        raise UnknownPolicyError(f"the value {value!r}")
    return value


def end_arn(arn: str) -> str:
    """Return the pattern of an ARN's last part: what stands before it (region, account) is another on every machine."""
    if arn == "*":
        return arn
    parts = read_text(arn).split(":", 5)
    if len(parts) != 6:
        raise UnknownPolicyError(f"the resource {arn}")
    return parts[5]


def list_values(value: Any) -> list[Any]:
    """Return a list of one value or of several."""
    return list(value) if isinstance(value, list) else [value]


def fits_pattern(text: str, pattern: str) -> bool:
    """Return whether a text fits an IAM pattern: `*` is any text, `?` any character, and nothing else is special."""
    return translate_pattern(pattern).fullmatch(text) is not None


@cache
def translate_pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


def fits_any(text: str, patterns: tuple[str, ...]) -> bool:
    """Return whether a text fits one of several patterns."""
    return any(fits_pattern(text, pattern) for pattern in patterns)


Operator = Callable[[tuple[str, ...], tuple[str, ...]], bool]  # the call's values, the policy's
OPERATORS: dict[str, Operator] = {
    "StringEquals": lambda own, named: len(own) == 1 and own[0] in named,
    "ForAllValues:StringEquals": lambda own, named: all(value in named for value in own),
    "ForAllValues:StringLike": lambda own, named: all(fits_any(value, named) for value in own),
    "ForAnyValue:StringLike": lambda own, named: any(fits_any(value, named) for value in own),
}
