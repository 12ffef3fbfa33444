"""Holds each function to its policy on this machine as on AWS: a call without a right in the policy is refused.

DynamoDB Local and moto allow every call, so a missing right would be noticed in production alone. Resources without a
local counterpart (the keys, which are files, and log groups) are not checked.
"""

import json
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from email.utils import parseaddr
from functools import cache
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.config import current_settings
from infra.local.policy import Need, Resolve, Statement, UnknownPolicyError, is_allowed, read_policy
from infra.places import ROOT
from infra.template import Made, default_parameters, read_template, resolve_value

log = logging.getLogger(__name__)

REFUSED = "refused by its policy"
POLICIES = ROOT / ".chalice"
# A transaction needs the right to each of its parts.
PARTS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
# A batch needs the right to the single call.
SINGLE = {"SendMessageBatch": "SendMessage", "DeleteMessageBatch": "DeleteMessage"}
HASH_KEY = re.compile(r"\s*#?(\w+) = (:\w+)")


class Guard:
    """Refuses calls that the running function may not make; a command, which is no function, may make every call."""

    def __init__(self, stage: str, made: Made, function: str = "") -> None:
        """`made` are the stage's resources, `function` is the running function, or "" for a command."""
        self.stage = stage
        self.made = made
        self.function = function
        self.refused: list[str] = []

    @contextmanager
    def act_as(self, function: str) -> Iterator[None]:
        """Hold calls to the policy of a function while inside."""
        before, self.function = self.function, function
        try:
            yield
        finally:
            self.function = before

    def watch_session(self, session: Any) -> None:
        """Check every call of every client that a boto3 session makes from now on."""
        session.events.register("before-parameter-build", self.check_call)

    def check_call(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        """Raise AWS's error where the function lacks a right."""
        if not self.function:
            return
        statements = self.read_statements(self.function)
        for need in list_needs(model.service_model.service_name, model.name, params):
            if not is_allowed(statements, need):
                kinds = " ".join(sorted({*map(name_kind, need.keys)}))
                refusal = f"{REFUSED}: {self.function} may not {need.action} on {need.resource} {kinds}".rstrip()
                self.refused.append(refusal)
                log.error(refusal)  # the function may go on without it
                raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": refusal}}, model.name)

    @cache  # noqa: B019 - one guard a process
    def read_statements(self, function: str) -> list[Statement]:
        """Return the statements of a function's policy, and of the tables' own, which hold for every caller."""
        template = read_template()
        parameters = default_parameters(template) | {"Stage": self.stage, "MailFrom": current_settings().mail_from}
        resolve: Resolve = lambda resource: find_arn(resource, parameters, self.made)  # noqa: E731 - a name for its type
        policy = json.loads((POLICIES / f"policy-{function}.json").read_text())
        statements = read_policy(policy, resolve)
        for name, resource in template["Resources"].items():
            own = resource.get("Properties", {}).get("ResourcePolicy")
            if own and name in self.made:
                statements += read_policy(own["PolicyDocument"], resolve, self.made[name]["Arn"])
        return statements


def find_arn(resource: Any, parameters: Mapping[str, str], made: Made) -> str | None:
    """Return the ARN that a policy names, or None for a resource that is not made here."""
    try:
        return str(resolve_value(resource, parameters, made))
    except KeyError:
        return None


def find_refusals(logs: Path) -> list[str]:
    """Return the refused calls in the logs of a local run, each once."""
    lines = (line for path in sorted(logs.glob("*.log")) for line in path.read_text().splitlines())
    return sorted({line.partition(REFUSED)[2].strip(': "}') for line in lines if REFUSED in line})


def name_kind(key: str) -> str:
    """Return the kind of a partition key, such as `cust`: the rest of the key may name a customer."""
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
            sender = parseaddr(params.get("FromEmailAddress", ""))[1]
            yield Need(f"ses:{operation}", "identity/any", sender=sender)
        case "ssm":
            yield from list_parameter_needs(operation, params)
        case _:  # no policy can be read for it here: refused, unless a policy allows it on everything
            yield Need(f"{service}:{operation}", "unknown")


def list_parameter_needs(operation: str, params: Mapping[str, Any]) -> Iterator[Need]:
    """Yield the rights that a call to SSM needs: one for each parameter that it names."""
    names = params.get("Names") or [params.get("Path") or params.get("Name") or ""]
    for name in names:
        yield Need(f"ssm:{operation}", f"parameter{name}".rstrip("/"))


def list_table_needs(operation: str, params: Mapping[str, Any]) -> Iterator[Need]:
    """Yield the rights that a call to DynamoDB needs."""
    if operation == "TransactWriteItems":
        for part in params["TransactItems"]:
            for kind, call in part.items():
                yield Need(f"dynamodb:{PARTS[kind]}", f"table/{call['TableName']}", (read_key(call),))
    elif operation in ("BatchGetItem", "BatchWriteItem"):
        for table, asked in params["RequestItems"].items():
            yield Need(f"dynamodb:{operation}", f"table/{table}", tuple(map(read_key, list_batch(asked))))
    else:
        index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
        yield Need(f"dynamodb:{operation}", f"table/{params['TableName']}{index}", (read_key(params),))


def list_batch(asked: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the parts of a batch for one table, each like a call of its own."""
    if isinstance(asked, Mapping):
        return [{"Key": key} for key in asked["Keys"]]
    return [next(iter(part.values())) for part in asked]


def read_key(params: Mapping[str, Any]) -> str:
    """Return the partition key that a call names, or the empty text; raise UnknownPolicyError where it is not found."""
    if expression := params.get("KeyConditionExpression"):
        found = HASH_KEY.match(expression)
        if found is None:
            raise UnknownPolicyError(f"the key condition {expression}")
        return str(params["ExpressionAttributeValues"][found[2]]["S"])
    return str((params.get("Key") or params.get("Item") or {}).get("pk", {}).get("S", ""))
