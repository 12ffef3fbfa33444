"""The local run holds each function to its policy: what AWS would refuse is refused here."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from infra.local import permissions
from infra.local.invoke import list_sources
from infra.local.permissions import POLICIES, REFUSED, Guard, find_refusals, list_needs
from infra.local.policy import Need, UnknownPolicyError, fits_pattern, is_allowed

TABLES = ("inbox", "customers", "keys", "links", "ledger", "audit")
MADE = {
    f"{name.capitalize()}Table": {"Arn": f"arn:aws:dynamodb:us-east-1:000000000000:table/regulars-local-{name}"}
    for name in TABLES
} | {"Outreach": {"Arn": "arn:aws:sqs:us-east-1:000000000000:regulars-local-outreach"}}
CUSTOMERS, INBOX = "regulars-local-customers", "regulars-local-inbox"


def row(pk, sk="profile"):
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def may(function, service, operation, **params):
    """Return whether a function's policy, and the tables' own, allow a call."""
    statements = Guard("local", MADE).read_statements(function)
    return all(is_allowed(statements, need) for need in list_needs(service, operation, params))


READS = {"TableName": CUSTOMERS, "Key": row("cust#1")}
ALL_TABLES = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}


@pytest.fixture
def write_policy(monkeypatch, tmp_path):
    """Return a function that makes statements the policy of `send_mails`, beside those that it has if `added`."""

    def write(*statements, added=False, **document):
        policy = json.loads((POLICIES / "policy-send_mails.json").read_text())
        kept = policy["Statement"] if added else []
        changed = {**policy, "Statement": [*kept, *statements], **document}
        (tmp_path / "policy-send_mails.json").write_text(json.dumps(changed))
        monkeypatch.setattr(permissions, "POLICIES", tmp_path)

    return write


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
            "Query",
            {
                "TableName": "t",
                "KeyConditionExpression": "#pk = :pk AND sk > :sk",
                "ExpressionAttributeValues": {":pk": {"S": "a#1"}, ":sk": {"S": "b"}},
            },
            [Need("dynamodb:Query", "table/t", ("a#1",))],
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
        ("send_mails", True, "sesv2", "SendEmail", {"FromEmailAddress": "Corner Shop <shop@example.com>"}),
        ("send_mails", False, "sesv2", "SendEmail", {"FromEmailAddress": "Corner Shop <other@example.com>"}),
        ("send_mails", False, "sesv2", "SendEmail", {}),
        ("plan_mails", False, "sesv2", "SendEmail", {"FromEmailAddress": "shop@example.com"}),
        ("plan_mails", True, "sqs", "SendMessageBatch", {"QueueUrl": "http://q/0/regulars-local-outreach"}),
        ("plan_mails", False, "sqs", "SendMessage", {"QueueUrl": "http://q/0/regulars-local-downstream"}),
    ],
)
def test_policies_are_read_as_aws_reads_them(function, allowed, service, operation, params):
    assert may(function, service, operation, **params) is allowed


@pytest.mark.parametrize(
    ("denied", "allowed"),
    [
        ({"Action": "dynamodb:GetItem", "Resource": {"Fn::GetAtt": ["CustomersTable", "Arn"]}}, False),
        ({"Action": "dynamodb:Get*", "Resource": "*"}, False),
        ({"Action": ["sqs:SendMessage", "DynamoDB:getitem"], "Resource": "*"}, False),
        ({"Action": "dynamodb:GetItem", "Resource": {"Fn::GetAtt": ["NotMadeHere", "Arn"]}}, False),
        ({"Action": "dynamodb:GetItem", "Resource": {"Fn::GetAtt": ["KeysTable", "Arn"]}}, True),
        ({"Action": "dynamodb:PutItem", "Resource": "*"}, True),
        (
            {
                "Action": "dynamodb:GetItem",
                "Resource": "*",
                "Condition": {"ForAnyValue:StringLike": {"dynamodb:LeadingKeys": ["cust#*"]}},
            },
            False,
        ),
        (
            {
                "Action": "dynamodb:GetItem",
                "Resource": "*",
                "Condition": {"ForAnyValue:StringLike": {"dynamodb:LeadingKeys": ["stop#*"]}},
            },
            True,
        ),
    ],
)
def test_a_deny_wins_over_every_allow(write_policy, denied, allowed):
    assert may("send_mails", "dynamodb", "GetItem", **READS) is True
    write_policy({"Effect": "Deny", **denied}, added=True)
    assert may("send_mails", "dynamodb", "GetItem", **READS) is allowed


@pytest.mark.parametrize(
    "changed",
    [
        {"Effect": "Perhaps"},
        {"Effect": None},
        {"NotAction": "dynamodb:GetItem"},
        {"NotResource": "*"},
        {"Principal": "*"},
        {"Condition": {"StringLike": {"dynamodb:LeadingKeys": ["cust#*"]}}},
        {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        {"Condition": {"ForAllValues:StringLike": {"dynamodb:Attributes": ["pk"]}}},
        {"Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["${aws:userid}"]}}},
        {"Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [{"Ref": "Nothing"}]}}},
        {"Action": {"Ref": "Stage"}},
        {"Resource": "customers"},
        {"Resource": "arn:aws:dynamodb:us-east-1:000000000000:table/${aws:username}"},
    ],
)
def test_what_a_statement_says_and_nobody_understands_is_an_error(write_policy, changed):
    write_policy(ALL_TABLES)
    assert may("send_mails", "dynamodb", "GetItem", **READS) is True
    write_policy({**ALL_TABLES, **changed})
    with pytest.raises(UnknownPolicyError):
        may("send_mails", "dynamodb", "GetItem", **READS)


@pytest.mark.parametrize("document", [{"Version": "2008-10-17"}, {"Id": "mine"}])
def test_a_policy_of_another_language_is_an_error(write_policy, document):
    write_policy(ALL_TABLES, **document)
    with pytest.raises(UnknownPolicyError):
        may("send_mails", "dynamodb", "GetItem", **READS)


def test_a_condition_on_the_algorithm_of_a_key_allows_no_call_to_a_table(write_policy):
    write_policy({**ALL_TABLES, "Condition": {"StringEquals": {"kms:EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}}})
    assert may("send_mails", "dynamodb", "GetItem", **READS) is False


def test_a_batch_needs_every_key_to_fit(write_policy):
    write_policy(
        {**ALL_TABLES, "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["stop#*", "index"]}}}
    )
    for keys, allowed in ((["stop#1", "index"], True), (["stop#1", "cust#1"], False), (["indexes"], False)):
        asked = {"RequestItems": {CUSTOMERS: {"Keys": [row(key) for key in keys]}}}
        assert may("send_mails", "dynamodb", "BatchGetItem", **asked) is allowed


@pytest.mark.parametrize("operation", ["UpdateItem", "DeleteItem"])
@pytest.mark.parametrize("name", ["ledger", "audit"])
def test_the_own_policies_of_what_is_only_added_to_refuse_every_change(write_policy, operation, name):
    write_policy(ALL_TABLES)
    assert may("send_mails", "dynamodb", operation, TableName=CUSTOMERS, Key=row("cust#1")) is True
    ledger = f"{CUSTOMERS.removesuffix('customers')}{name}"
    entry = {"pk": {"S": "entry"}, "number": {"N": "1"}}
    assert may("send_mails", "dynamodb", operation, TableName=ledger, Key=entry) is False
    assert may("send_mails", "dynamodb", "PutItem", TableName=ledger, Item=entry) is True


def test_a_call_to_a_service_that_no_policy_is_read_for_is_refused():
    assert may("send_mails", "kms", "Decrypt") is False


def test_a_query_whose_partition_key_is_not_found_is_an_error():
    asked = {"TableName": CUSTOMERS, "KeyConditionExpression": "begins_with(sk, :p)"}
    with pytest.raises(UnknownPolicyError):
        may("send_mails", "dynamodb", "Query", **asked)


@pytest.mark.parametrize(
    ("text", "pattern", "fits"),
    [("a#1", "a#*", True), ("a#1", "a#?", True), ("a#12", "a#?", False), ("[a]", "[a]", True), ("a", "[a]", False)],
)
def test_only_the_star_and_the_question_mark_are_special(text, pattern, fits):
    assert fits_pattern(text, pattern) is fits


def test_every_policy_is_understood():
    for path in POLICIES.glob("policy-*.json"):
        assert Guard("local", MADE).read_statements(path.stem.removeprefix("policy-"))


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
    functions = {source.name for source in list_sources()} | {"api_handler", "desk"}
    assert {path.stem.removeprefix("policy-") for path in POLICIES.glob("policy-*.json")} == functions
    assert all(json.loads(path.read_text())["Statement"] for path in POLICIES.glob("policy-*.json"))
