"""The recorded calls of the functions, as questions to a reader of IAM policies.

`calls.jsonl` is written by `make prove-rights`: every distinct call to DynamoDB and KMS that a function made in the
tests. OTHER_CALLS has those to services for which many tests have stand-ins, and those that Lambda itself makes in the
function's role to read its stream or queue (AWS Lambda developer guide, the managed policies
AWSLambda{Basic,DynamoDB,SQSQueue}ExecutionRole). `make story` makes the former under the same policies.
"""

import copy
import functools
import json
from pathlib import Path

from infra.template import PSEUDO, default_parameters, read_template, resolve_value
from tests.builders.evaluator import Evaluator, Request
from tests.rules.packaged import read_packaged

CALLS = Path(__file__).with_name("calls.jsonl")
STAGE = "prod"
HEAD = f"{PSEUDO['AWS::Region']}:{PSEUDO['AWS::AccountId']}"
STREAM = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator")
TAKING = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
SENDING = ("sqs:SendMessage", "sqs:GetQueueUrl")
MAILING = ("ses:SendEmail", "ses:GetAccount")
DOOR = "parameter/regulars/STAGE/door"


def list_calls(actions, *places: str) -> list[list[list[str]]]:
    """Return calls as the record has them."""
    return [[[action, place]] for action in actions for place in places]


OTHER_CALLS = {
    "answer_requests": list_calls(MAILING, "identity/any"),
    "api_handler": list_calls(["ssm:GetParametersByPath"], DOOR),
    "ask_confirmations": list_calls(MAILING, "identity/any"),
    "deliver_events": [
        *list_calls((*TAKING, "sqs:ChangeMessageVisibility", "sqs:GetQueueUrl"), "regulars-STAGE-downstream"),
        *list_calls(SENDING, "regulars-STAGE-downstream-failures"),
        *list_calls(["ssm:GetParametersByPath"], "parameter/regulars/STAGE/downstream"),
    ],
    "desk": [
        *list_calls(
            ["ssm:GetParameters"], *(f"{DOOR}/{name}" for name in ("door-key", "inbox-public-key", "receipt-key"))
        ),
        *list_calls(["ssm:DescribeParameters"], "parameter"),
        *list_calls(SENDING, "regulars-STAGE-outreach"),
    ],
    "fold_people": list_calls(SENDING, "regulars-STAGE-outreach"),
    "make_codes": list_calls(["ssm:GetParametersByPath"], "parameter/regulars/STAGE/offers"),
    "plan_mails": [
        [["dynamodb:Query", "table/regulars-STAGE-customers/index/due", "due#1"]],
        *list_calls(SENDING, "regulars-STAGE-outreach"),
    ],
    "reconcile_mails": list_calls(MAILING, "identity/any"),
    "record_feedback": [
        [["dynamodb:PutItem", "table/regulars-STAGE-inbox", "1"]],
        *list_calls(["ssm:GetParametersByPath"], DOOR),
    ],
    "relay_events": list_calls(SENDING, "regulars-STAGE-downstream"),
    "send_mails": [*list_calls(MAILING, "identity/any"), *list_calls(TAKING, "regulars-STAGE-outreach")],
    "settle_stream": [
        *list_calls(STREAM, "table/regulars-STAGE-inbox/stream/1"),
        *list_calls(["dynamodb:ListStreams"], "*"),
        *list_calls(["sqs:SendMessage"], "regulars-STAGE-failed-records"),
    ],
}
NAMED_BY = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::Logs::LogGroup": "LogGroupName",
}
LOGGING = ("logs:CreateLogStream", "logs:PutLogEvents")
ITEMS = {
    "GetItem",
    "BatchGetItem",
    "Query",
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "BatchWriteItem",
    "ConditionCheckItem",
}


@functools.cache
def make_all() -> dict[str, dict[str, str]]:
    """Return the names and ARNs that the template's resources would have."""
    template, made = read_template(), {}
    parameters = read_parameters()
    for name, resource in template["Resources"].items():
        own = resource.get("Properties", {})
        named = own.get(NAMED_BY.get(resource.get("Type"), ""), name)
        called = resolve_value(named, parameters, {})
        match resource.get("Type"):
            case "AWS::DynamoDB::Table":
                arn = f"arn:aws:dynamodb:{HEAD}:table/{called}"
            case "AWS::KMS::Key":
                arn = f"arn:aws:kms:{HEAD}:key/{name}"
            case "AWS::SQS::Queue":
                arn = f"arn:aws:sqs:{HEAD}:{called}"
            case "AWS::Logs::LogGroup":
                arn = f"arn:aws:logs:{HEAD}:log-group:{called}:*"
            case _:
                arn = f"arn:aws:other:{HEAD}:{name}"
        made[name] = {"Ref": called, "Arn": arn, "StreamArn": f"{arn}/stream/1"}
    return made


@functools.cache
def read_parameters() -> dict[str, str]:
    """Return the parameters of a stage that is deployed."""
    return default_parameters(read_template()) | {"Stage": STAGE, "MailFrom": "shop@example.com"}


def resolve(value):
    """Return a part of the template with names and ARNs in it."""
    return resolve_value(value, read_parameters(), make_all())


@functools.cache
def name_role(function: str) -> str:
    """Return the ARN of a function's role, as CloudFormation makes its name."""
    packaged = read_packaged()["Resources"]
    (role,) = {
        each["Properties"]["Role"]["Fn::GetAtt"][0]
        for each in packaged.values()
        if each["Type"] == "AWS::Serverless::Function" and each["Properties"]["Handler"] in name_handlers(function)
    }
    return f"arn:aws:iam::{PSEUDO['AWS::AccountId']}:role/{PSEUDO['AWS::StackName']}-{role}-1ABCDEF"


def name_handlers(function: str) -> set[str]:
    """Return what the template may name as a function's handler."""
    return {"app.app"} if function == "api_handler" else {f"app.{function}", f"chalicelib.{function}.console.app"}


def add_owners(evaluator: Evaluator) -> None:
    """Add the policies that tables and keys have themselves, under the ARN of each."""
    for name, resource in read_template()["Resources"].items():
        own = resource.get("Properties", {})
        document = own.get("KeyPolicy") or own.get("ResourcePolicy", {}).get("PolicyDocument")
        if document and resource.get("Type") in ("AWS::DynamoDB::Table", "AWS::KMS::Key"):
            evaluator.add_policy(make_all()[name]["Arn"], resolve(document)["Statement"])


@functools.cache
def list_owned() -> frozenset[str]:
    """Return the ARNs of resources with a policy of their own."""
    evaluator = Evaluator()
    add_owners(evaluator)
    return frozenset(evaluator.policies)


def ask_item(action: str, arn: str, keys: list[str]) -> Request:
    """Ask for a right to items of a table."""
    context = {"dynamodb:LeadingKeys": keys} if action.split(":")[1] in ITEMS else {}
    return Request(action, arn, context, arn if arn in list_owned() else "")


def ask_key(action: str, name: str, purpose: str) -> Request:
    """Ask for a right to a key of KMS."""
    arn = make_all()[name]["Arn"]
    context = {"kms:EncryptionContext:purpose": purpose} if purpose else {}
    if action == "kms:Decrypt":
        context["kms:EncryptionAlgorithm"] = "SYMMETRIC_DEFAULT" if name == "RootKey" else "RSAES_OAEP_SHA_256"
    return Request(action, arn, context, arn)


@functools.cache
def read_calls() -> dict[str, list[list[tuple[str, ...]]]]:
    """Return the recorded calls of each function: a call is a list of (action, end of the ARN, partition keys...)."""
    calls: dict[str, list[list[tuple[str, ...]]]] = {}
    recorded = [json.loads(line) for line in CALLS.read_text().splitlines()]
    others = [{"function": name, "needs": needs} for name, made in OTHER_CALLS.items() for needs in made]
    for call in recorded + others:
        needs = [tuple(part.replace("STAGE", STAGE) for part in need) for need in call["needs"]]
        calls.setdefault(call["function"], []).append(needs)
    return calls


def list_requests(function: str) -> list[Request]:
    """Return what a function asks for, each once.

    AWS's documents do not say whether a policy sees the keys of a transaction item by item, or of all items of a table
    with one action, or of all items of a table. All three readings are asked.
    """
    found: dict[str, Request] = {}
    for call in read_calls().get(function, []):
        for need in call:
            for request in read_need(need, call):
                found.setdefault(repr(request), request)
    group = log_group(function)
    for action in LOGGING:
        found[action] = Request(action, f"arn:aws:logs:{HEAD}:log-group:{group}:log-stream:2026/11/30")
    return [*found.values()]


@functools.cache
def log_group(function: str) -> str:
    """Return the name of the log group that a function writes to."""
    for each in read_packaged()["Resources"].values():
        if each["Type"] == "AWS::Serverless::Function" and each["Properties"]["Handler"] in name_handlers(function):
            return str(resolve(each["Properties"]["LoggingConfig"]["LogGroup"]))
    raise LookupError(function)


def read_need(need: tuple[str, ...], call: list[tuple[str, ...]]) -> list[Request]:
    """Return the requests that one right of a call means."""
    action, place, *keys = need
    service = action.split(":")[0]
    if action in ("ses:GetAccount", "ssm:DescribeParameters", "dynamodb:ListStreams"):
        return [Request(action, "*")]  # they know no resource
    if service == "kms":
        return [ask_key(action, place, "".join(keys))]
    if service == "dynamodb":
        arn = f"arn:aws:dynamodb:{HEAD}:{place}"
        alike = [each for each in call if each[1] == place]
        same = sorted({key for each in alike if each[0] == action for key in each[2:]})
        whole = sorted({key for each in alike for key in each[2:]})
        return [ask_item(action, arn, each) for each in (keys, same, whole)]
    if service == "ses":
        context = {"ses:FromAddress": read_parameters()["MailFrom"]}
        places = ("identity/example.com", "configuration-set/MailSet")
        return [Request(action, f"arn:aws:ses:{HEAD}:{each}", context) for each in places]
    return [Request(action, f"arn:aws:{service}:{HEAD}:{place}")]


def read_statements(function: str) -> list[dict]:
    """Return the statements of a function's policy, resolved."""
    path = Path(__file__).parents[2] / ".chalice" / f"policy-{function}.json"
    return [resolve(each) for each in json.loads(path.read_text())["Statement"]]


def shorten_policy(statements: list[dict]) -> list[tuple[str, list[dict], set[str]]]:
    """Return each policy that lacks one action, or one of several resources, of one statement.

    Beside it: the name of what it lacks, and the actions whose requests can notice the lack.
    """
    shorter = []
    for place, statement in enumerate(statements):
        actions, resources = as_list(statement["Action"]), as_list(statement["Resource"])
        cuts = [("Action", value, {value}) for value in actions]
        cuts += [("Resource", value, {*actions}) for value in resources if len(resources) > 1]
        for part, value, touched in cuts:
            rest = copy.deepcopy(statements)
            rest[place][part] = [each for each in as_list(statement[part]) if each != value]
            shorter.append((f"{statement['Sid']} {value}", [each for each in rest if each[part]], touched))
    return shorter


def as_list(value) -> list:
    """Return a policy's one-or-many as a list."""
    return value if isinstance(value, list) else [value]
