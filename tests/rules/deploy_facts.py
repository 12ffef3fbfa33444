"""What the packaged template, app.py and the policies say of a deployment, in the words of docs/deploy.md."""

import json
import re

import app
from infra.places import ROOT
from tests.rules.packaged import read_packaged

POLICIES = ROOT / ".chalice"
PAGE = (ROOT / "docs" / "deploy.md").read_text()
TABLE_VERBS = {
    "GetItem": "read",
    "BatchGetItem": "read",
    "Query": "read",
    "ConditionCheckItem": "read",
    "PutItem": "put",
    "UpdateItem": "update",
    "DeleteItem": "delete",
    "BatchWriteItem": "put delete",
}
KEY_VERBS = {"Decrypt": "decrypt", "Encrypt": "encrypt", "GenerateDataKey": "encrypt", "Sign": "sign"}
KEY_VERBS |= {"GetPublicKey": "read"}
VERBS = ("read", "put", "update", "delete", "decrypt", "encrypt", "sign")
PLACES = ("inbox", "customers", "keys", "links", "ledger", "offers", "desk", "audit", "root", "receipt")
TABLE = re.compile(r"\b(\w+)Table\b")
KEY = re.compile(r"\b(\w+)Key\b")
QUEUES = {"Outreach": "outreach", "Downstream": "downstream", "DownstreamFailures": "downstream-failures"}
QUEUES |= {"FailedRecords": "failed-records"}
# Actions on whole services, in order; queue actions that only find a queue or its state are left out.
OTHERS = {
    "dynamodb:GetRecords": "read the inbox's stream",
    "sqs:ReceiveMessage": "take from `{}`",
    "sqs:SendMessage": "send to `{}`",
    "ses:SendEmail": "send mail",
    "ses:GetAccount": "read SES's quota",
    "ssm:GetParametersByPath": "read parameters below `{}/`",
    "ssm:GetParameters": "read three parameters below `{}/`",
    "ssm:DescribeParameters": "list the names of parameters",
}
SILENT = {
    "dynamodb:DescribeStream",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
    "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibility",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
}


def as_list(value):
    """Return a list of what may be one or several."""
    return value if isinstance(value, list) else [value]


def read_table(heading):
    """Return the rows of the first table below a heading, without its head; cells as text."""
    section = PAGE.split(f"\n{heading}\n", 1)[1].split("\n## ")[0]
    rows = [line.strip().strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def read_policy(function):
    """Return the statements of a function's policy."""
    return json.loads((POLICIES / f"policy-{function}.json").read_text())["Statement"]


def list_limits(statement):
    """Return the index or the kinds of partition keys that a statement is limited to, as text for the page."""
    patterns = [
        pattern
        for keys in statement.get("Condition", {}).values()
        for pattern in as_list(keys.get("dynamodb:LeadingKeys", []))
    ]
    index = all("/index/" in json.dumps(resource) for resource in as_list(statement["Resource"]))
    named = [f"`{pattern}`" for pattern in patterns] or ["the index"] * index
    return f" (only {', '.join(named)})" if named else ""


def join_limits(one, other):
    """Return the limits of two statements about one place: those of both, where both are limited differently."""
    if one and other and one != other:
        return f"{one.removesuffix(')')}, {other.removeprefix(' (only ')}"
    return other


def gather_verbs(function, service, verbs, pattern):
    """Return `place` -> verbs of what a function may do to tables or keys."""
    found = {}
    for statement in read_policy(function):
        own = [action.split(":")[1] for action in as_list(statement["Action"]) if action.startswith(f"{service}:")]
        known = [action for action in own if f"{service}:{action}" not in SILENT | set(OTHERS)]
        wanted = {
            verb for action in known for verb in (["put", "delete"] if "BatchWrite" in action else [verbs[action]])
        }
        for place in {name.lower() for name in pattern.findall(json.dumps(statement["Resource"]))} if wanted else ():
            before, limit = found.get(place, (set(), ""))
            found[place] = (before | wanted, join_limits(limit, list_limits(statement)))
    return found


def write_verbs(found):
    """Return one cell: each place with its verbs."""
    return "; ".join(
        f"`{place}` {', '.join(verb for verb in VERBS if verb in found[place][0])}{found[place][1]}"
        for place in PLACES
        if place in found
    )


def write_others(function):
    """Return the cell of what a function may do beside tables and keys; every action must be known here."""
    rights = []
    for statement in read_policy(function):
        resource = json.dumps(statement["Resource"])
        queue = next((QUEUES[name] for name in QUEUES if f'"{name}"' in resource), "")
        path = next((name for name in ("door", "downstream", "offers") if f"/{name}" in resource), "")
        for action in as_list(statement["Action"]):
            service, name = action.split(":")
            known = name in TABLE_VERBS or (service == "kms" and name in KEY_VERBS)
            assert known or action in SILENT or action in OTHERS, action
            if action in OTHERS:
                rights.append(OTHERS[action].format(queue or path))
    return "; ".join(sorted(rights, key=lambda text: [*OTHERS.values()].index(generalise(text))))


def generalise(text):
    """Return the pattern of OTHERS that a text was made of."""
    return re.sub(r"`.*?(/?)`", r"`{}\1`", text)


def describe_start(source):
    """Return what starts a function."""
    match type(source).__name__:
        case "ScheduledEventConfig":
            rate = source.schedule_expression.to_string()[5:-1]
            return f"every {rate}".replace("every 1 minute", "every minute").replace("every 1 day", "every day")
        case "DynamoDBEventConfig":
            return "the inbox's stream"
        case "SQSEventConfig":
            return f"the queue `{'outreach' if source.name == 'send_mails' else 'downstream'}`"
        case "SNSEventConfig":
            return "the topic `feedback`"
    raise ValueError(source)


def list_functions():
    """Return the rows of the table of functions."""
    config = json.loads((POLICIES / "config.json").read_text())
    starts = {"api_handler": "API Gateway", "desk": "API Gateway, an address of its own"} | {
        source.name: describe_start(source) for source in app.app.event_sources
    }
    rows = []
    for name, start in starts.items():
        seconds = config["lambda_functions"][name].get("lambda_timeout", config["lambda_timeout"])
        tables = write_verbs(gather_verbs(name, "dynamodb", TABLE_VERBS, TABLE))
        keys = write_verbs(gather_verbs(name, "kms", KEY_VERBS, KEY))
        rows.append([f"`{name}`", start, f"{seconds} s", tables, keys, write_others(name)])
    return rows


def list_parameters():
    """Return (name, default) of each parameter of the template."""
    return {name: str(spec.get("Default", "")) for name, spec in read_packaged()["Parameters"].items()}


def list_resources(kind):
    """Return the resources of one type."""
    return {name: each for name, each in read_packaged()["Resources"].items() if each["Type"] == kind}
