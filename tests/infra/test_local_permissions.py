"""The local run holds each function to its policy: what AWS would refuse is refused here."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from infra.local.invoke import list_sources
from infra.local.permissions import POLICIES, REFUSED, Guard, Need, find_refusals, list_needs

TABLES = ("inbox", "customers", "keys", "links", "ledger")
MADE = {
    f"{name.capitalize()}Table": {"Arn": f"arn:aws:dynamodb:us-east-1:000000000000:table/regulars-local-{name}"}
    for name in TABLES
} | {"Outreach": {"Arn": "arn:aws:sqs:us-east-1:000000000000:regulars-local-outreach"}}
CUSTOMERS, INBOX = "regulars-local-customers", "regulars-local-inbox"


def row(pk, sk="profile"):
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def may(function, service, operation, **params):
    """Tell whether a function's policy covers a call."""
    grants = Guard("local", MADE).read_grants(function)
    return all(any(grant.covers(need) for grant in grants) for need in list_needs(service, operation, params))


@pytest.mark.parametrize(
    ("operation", "params", "needs"),
    [
        ("GetItem", {"TableName": "t", "Key": row("cust#1")}, [Need("dynamodb:GetItem", "table/t", ("cust#1",))]),
        (
            "Query",
            {
                "TableName": "t",
                "IndexName": "due",
                "KeyConditionExpression": "#queue = :queue AND due_at <= :before",
                "ExpressionAttributeValues": {":queue": {"S": "out#1"}, ":before": {"S": "2026"}},
            },
            [Need("dynamodb:Query", "table/t/index/due", ("out#1",))],
        ),
        (
            "TransactWriteItems",
            {
                "TransactItems": [
                    {"Put": {"TableName": "t", "Item": row("a#1")}},
                    {"ConditionCheck": {"TableName": "u", "Key": row("b#1")}},
                ]
            },
            [Need("dynamodb:PutItem", "table/t", ("a#1",)), Need("dynamodb:ConditionCheckItem", "table/u", ("b#1",))],
        ),
        (
            "BatchGetItem",
            {"RequestItems": {"t": {"Keys": [row("a#1"), row("b#1")]}}},
            [Need("dynamodb:BatchGetItem", "table/t", ("a#1", "b#1"))],
        ),
        (
            "BatchWriteItem",
            {"RequestItems": {"t": [{"DeleteRequest": {"Key": row("a#1")}}]}},
            [Need("dynamodb:BatchWriteItem", "table/t", ("a#1",))],
        ),
    ],
)
def test_a_call_needs_the_right_to_each_of_its_parts(operation, params, needs):
    assert list(list_needs("dynamodb", operation, params)) == needs


@pytest.mark.parametrize(
    ("function", "allowed", "service", "operation", "params"),
    [
        ("api_handler", True, "dynamodb", "PutItem", {"TableName": INBOX, "Item": row("k")}),
        ("api_handler", False, "dynamodb", "GetItem", {"TableName": INBOX, "Key": row("k")}),
        ("api_handler", False, "dynamodb", "GetItem", {"TableName": CUSTOMERS, "Key": row("cust#1")}),
        ("api_handler", True, "ssm", "GetParametersByPath", {"Path": "/regulars/local/door/"}),
        ("api_handler", False, "ssm", "GetParametersByPath", {"Path": "/regulars/local/downstream/"}),
        ("ask_confirmations", True, "dynamodb", "PutItem", {"TableName": CUSTOMERS, "Item": row("ask#1")}),
        ("ask_confirmations", False, "dynamodb", "PutItem", {"TableName": CUSTOMERS, "Item": row("cust#1")}),
        ("send_mails", True, "sesv2", "SendEmail", {}),
        ("plan_mails", False, "sesv2", "SendEmail", {}),
        ("plan_mails", True, "sqs", "SendMessageBatch", {"QueueUrl": "http://q/0/regulars-local-outreach"}),
        ("plan_mails", False, "sqs", "SendMessage", {"QueueUrl": "http://q/0/regulars-local-downstream"}),
    ],
)
def test_policies_are_read_as_aws_reads_them(function, allowed, service, operation, params):
    assert may(function, service, operation, **params) is allowed


def test_what_a_policy_lacks_never_reaches_the_wire():
    guard, session = Guard("local", MADE), boto3.session.Session()
    guard.watch_session(session)
    client = session.client("dynamodb", endpoint_url="http://127.0.0.1:9")
    asked = {"TableName": CUSTOMERS, "Key": row("cust#asel@example.org")}
    with guard.act_as("api_handler"), pytest.raises(ClientError) as refused:
        client.get_item(**asked)
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    assert "asel" not in str(refused.value)
    assert guard.refused == [f"{REFUSED}: api_handler may not dynamodb:GetItem on table/{CUSTOMERS} cust"]
    with pytest.raises(EndpointConnectionError):  # nobody is at work: a command of the shop's own
        client.get_item(**asked)


def test_refusals_are_found_in_the_logs_of_a_run(tmp_path):
    line = f'{{"level": "ERROR", "logger": "infra.local.permissions", "event": "{REFUSED}: f may not ses:SendEmail"}}\n'
    (tmp_path / "pumps.log").write_text(f'{{"event": "swept"}}\n{line}{line}')
    assert find_refusals(tmp_path) == ["f may not ses:SendEmail"]


def test_every_function_has_a_policy_and_none_is_left_over():
    functions = {source.name for source in list_sources()} | {"api_handler"}
    assert {path.stem.removeprefix("policy-") for path in POLICIES.glob("policy-*.json")} == functions
    assert all(json.loads(path.read_text())["Statement"] for path in POLICIES.glob("policy-*.json"))
