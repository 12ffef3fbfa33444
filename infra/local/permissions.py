"""What each function may do, held to its policy on this machine as on AWS: a call that the policy lacks is refused.

DynamoDB Local and moto let everybody do everything, so a right that is missing would be noticed in production alone.
What has no counterpart here (the keys, which are files, and log groups) is not looked at.
"""

import json
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra.places import ROOT
from infra.template import Made, default_parameters, read_template, resolve_value

log = logging.getLogger(__name__)

REFUSED = "refused by its policy"
POLICIES = ROOT / ".chalice"
LEADING = "dynamodb:LeadingKeys"
# A transaction needs the right to each of its parts.
PARTS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
# A batch needs the right to the single call.
SINGLE = {"SendMessageBatch": "SendMessage", "DeleteMessageBatch": "DeleteMessage"}
HASH_KEY = re.compile(r"\s*#?(\w+) = (:\w+)")


@dataclass(frozen=True)
class Need:
    """A right that a call needs: the action, on which resource (the end of its ARN), on which partition keys."""

    action: str
    resource: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grant:
    """A statement of a policy; `keys` are patterns of partition keys, and none means any."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    keys: tuple[str, ...]

    def covers(self, need: Need) -> bool:
        """Tell whether it gives a right."""
        return (
            need.action in self.actions
            and any(fnmatchcase(f"arn:{need.resource}", pattern) for pattern in self.resources)
            and (not self.keys or all(any(fnmatchcase(key, each) for each in self.keys) for key in need.keys))
        )


class Guard:
    """Refuses what the function that is at work may not do; whoever is none may do everything."""

    def __init__(self, stage: str, made: Made, function: str = "") -> None:
        """Take the stage and what was made of it, and the function at work."""
        self.stage = stage
        self.made = made
        self.function = function
        self.refused: list[str] = []

    @contextmanager
    def act_as(self, function: str) -> Iterator[None]:
        """Let a function be at work while inside."""
        before, self.function = self.function, function
        try:
            yield
        finally:
            self.function = before

    def watch_session(self, session: Any) -> None:
        """Look at every call of every client that a boto3 session makes from now on."""
        session.events.register("before-parameter-build", self.check_call)

    def check_call(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        """Raise what AWS would where the function lacks a right."""
        if not self.function:
            return
        grants = self.read_grants(self.function)
        for need in list_needs(model.service_model.service_name, model.name, params):
            if not any(grant.covers(need) for grant in grants):
                kinds = " ".join(sorted({*map(name_kind, need.keys)}))
                said = f"{REFUSED}: {self.function} may not {need.action} on {need.resource} {kinds}".rstrip()
                self.refused.append(said)
                log.error(said)  # the function may well go on without
                raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": said}}, model.name)

    @cache  # noqa: B019 - one guard a process
    def read_grants(self, function: str) -> tuple[Grant, ...]:
        """Read a function's policy, as far as it speaks of what is here."""
        policy = json.loads((POLICIES / f"policy-{function}.json").read_text())
        parameters = default_parameters(read_template()) | {"Stage": self.stage}
        return tuple(self.read_grant(statement, parameters) for statement in policy["Statement"])

    def read_grant(self, statement: Mapping[str, Any], parameters: Mapping[str, str]) -> Grant:
        """Read one statement."""
        conditions = statement.get("Condition", {}).values()
        return Grant(
            actions=tuple(list_values(statement["Action"])),
            resources=tuple(
                end_arn(resource)
                for one in list_values(statement["Resource"])
                if (resource := self.find_resource(one, parameters)) is not None
            ),
            keys=tuple(key for one in conditions for key in list_values(one.get(LEADING, []))),
        )

    def find_resource(self, resource: Any, parameters: Mapping[str, str]) -> str | None:
        """Return the ARN that a policy names, or None for what is not made here."""
        try:
            return str(resolve_value(resource, parameters, self.made))
        except KeyError:
            return None


def find_refusals(logs: Path) -> list[str]:
    """Return what the logs of a local run say was refused, each once."""
    lines = (line for path in sorted(logs.glob("*.log")) for line in path.read_text().splitlines())
    return sorted({line.partition(REFUSED)[2].strip(': "}') for line in lines if REFUSED in line})


def list_values(value: Any) -> list[Any]:
    """Return a list of what may be one or several."""
    return list(value) if isinstance(value, list) else [value]


def end_arn(arn: str) -> str:
    """Return the pattern of an ARN's last part: what stands before it (region, account) is another on every machine."""
    return "*" if arn == "*" else f"arn:{arn.split(':', 5)[5]}"


def name_kind(key: str) -> str:
    """Return the kind of a partition key, such as `cust`: what follows may be about somebody."""
    return key.partition("#")[0]


def list_needs(service: str, operation: str, params: Mapping[str, Any]) -> Iterator[Need]:
    """Yield the rights that a call needs."""
    match service:
        case "dynamodb":
            yield from list_table_needs(operation, params)
        case "sqs":
            place = params.get("QueueUrl") or params.get("QueueName") or ""
            yield Need(f"sqs:{SINGLE.get(operation, operation)}", place.rpartition("/")[2])
        case "sesv2":
            yield Need(f"ses:{operation}", "identity/any")
        case "ssm":
            yield Need(f"ssm:{operation}", f"parameter{params.get('Path') or params.get('Name')}".rstrip("/"))


def list_table_needs(operation: str, params: Mapping[str, Any]) -> Iterator[Need]:
    """Yield the rights that a call to DynamoDB needs."""
    if operation == "TransactWriteItems":
        for part in params["TransactItems"]:
            for kind, one in part.items():
                yield Need(f"dynamodb:{PARTS[kind]}", f"table/{one['TableName']}", (read_key(one),))
    elif operation in ("BatchGetItem", "BatchWriteItem"):
        for table, asked in params["RequestItems"].items():
            yield Need(f"dynamodb:{operation}", f"table/{table}", tuple(map(read_key, list_batch(asked))))
    else:
        index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
        yield Need(f"dynamodb:{operation}", f"table/{params['TableName']}{index}", (read_key(params),))


def list_batch(asked: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return what one table is asked for in a batch, each like a call of its own."""
    if isinstance(asked, Mapping):
        return [{"Key": key} for key in asked["Keys"]]
    return [next(iter(one.values())) for one in asked]


def read_key(params: Mapping[str, Any]) -> str:
    """Return the partition key that a call names."""
    if found := HASH_KEY.match(params.get("KeyConditionExpression", "")):
        return str(params["ExpressionAttributeValues"][found[2]]["S"])
    return str((params.get("Key") or params.get("Item") or {}).get("pk", {}).get("S", ""))
