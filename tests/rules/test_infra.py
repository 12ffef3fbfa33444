"""The packaged template says what Chalice cannot say, and what docs/data.md promises."""

import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

import app
from chalicelib.functions.timing import HIDDEN_FOR
from infra.local.invoke import load_handler
from tests.rules.packaged import list_functions, list_tables, read_packaged, write_packaged

NEEDED = {
    "DynamoDB": (
        "BatchSize",
        "BisectBatchOnFunctionError",
        "DestinationConfig",
        "FilterCriteria",
        "FunctionResponseTypes",
        "MaximumRecordAgeInSeconds",
        "MaximumRetryAttempts",
        "Stream",
    ),
    "SQS": ("BatchSize", "FunctionResponseTypes", "Queue"),
}


def find_gaps(template):
    """Return what the template's event source mappings lack, as `function.property`."""
    return [
        f"{name}.{needed}"
        for name, function in list_functions(template).items()
        for event in function.get("Events", {}).values()
        for needed in NEEDED.get(event["Type"], ())
        if needed not in event["Properties"]
    ]


def stream_mapping(template):
    """Return the properties of the inbox stream's mapping."""
    (event,) = template["Resources"]["SettleStream"]["Properties"]["Events"].values()
    return event["Properties"]


def test_every_mapping_says_what_happens_to_what_fails():
    assert find_gaps(read_packaged()) == []


@pytest.mark.parametrize("property_name", NEEDED["DynamoDB"])
def test_a_stream_mapping_without_one_of_them_is_noticed(property_name):
    template = read_packaged()
    del stream_mapping(template)[property_name]
    assert find_gaps(template) == [f"SettleStream.{property_name}"]


def test_a_queue_mapping_without_partial_failures_is_noticed():
    template = read_packaged()
    queue = {"Type": "SQS", "Properties": {"Queue": {"Fn::GetAtt": ["FailedRecords", "Arn"]}, "BatchSize": 10}}
    template["Resources"]["SweepInbox"]["Properties"]["Events"] = {"Queue": queue}
    assert find_gaps(template) == ["SweepInbox.FunctionResponseTypes"]


def test_a_message_of_the_queue_of_mails_comes_again_when_the_code_takes_it_to():
    queue = read_packaged()["Resources"]["Outreach"]["Properties"]
    assert timedelta(seconds=queue["VisibilityTimeout"]) == HIDDEN_FOR


def test_the_inbox_stream_is_the_tables_own_and_its_failures_have_a_place():
    mapping = stream_mapping(read_packaged())
    assert mapping["Stream"] == {"Fn::GetAtt": ["InboxTable", "StreamArn"]}
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert mapping["FilterCriteria"] == {"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}]}
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BisectBatchOnFunctionError"] is True
    assert 0 < mapping["MaximumRetryAttempts"] <= 10
    assert mapping["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["FailedRecords", "Arn"]}


def test_failed_records_are_encrypted_and_kept_for_fourteen_days():
    queue = read_packaged()["Resources"]["FailedRecords"]["Properties"]
    assert queue["SqsManagedSseEnabled"] is True
    assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_every_body_arrives_as_its_true_bytes_and_chalices_own_list_is_untouched():
    definition = read_packaged()["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]
    assert definition["x-amazon-apigateway-binary-media-types"] == ["*/*"]
    assert app.app.api.binary_types == app.app.api.default_binary_types
    assert not {"*/*", "application/json"} & set(app.app.api.binary_types)


def test_sam_adds_no_second_stage_without_throttling():
    properties = read_packaged()["Resources"]["RestAPI"]["Properties"]
    assert properties["OpenApiVersion"] == properties["DefinitionBody"]["swagger"] == "2.0"  # SAM adds one where unset


def test_every_handler_stands_in_app_py_and_is_callable():
    declared = {source.name for source in app.app.event_sources}
    handlers = {function["Handler"] for function in list_functions(read_packaged()).values()}
    assert handlers == {"app.app", "chalicelib.desk.console.app"} | {f"app.{name}" for name in declared}
    assert all(callable(load_handler(handler)) for handler in handlers)


def test_debug_is_off():
    assert app.app.debug is False


def test_every_function_has_memory_to_be_quick_with_and_a_time_limit():
    functions = list_functions(read_packaged())
    assert all(function["MemorySize"] >= 512 for function in functions.values())
    assert functions["APIHandler"]["Timeout"] <= 29  # what API Gateway waits
    assert all(function["Timeout"] <= 900 for function in functions.values())


def test_only_functions_that_open_something_are_told_its_key():
    functions = list_functions(read_packaged())
    holders = {
        key: {name for name, function in functions.items() if key in function["Variables"]}
        for key in ("INBOX_KEY", "ROOT_KEY", "RECEIPT_KEY")
    }
    opening = {"Desk", "SettleStream", "SweepInbox", "AskConfirmations"}
    assert holders == {
        "INBOX_KEY": opening,
        "ROOT_KEY": opening
        | {"AnswerRequests", "ForgetPeople", "SendMails", "ReconcileMails", "RetireData", "FoldPeople"},
        "RECEIPT_KEY": {"ForgetPeople"},
    }
    assert all(function["Variables"]["STAGE"] == {"Ref": "Stage"} for function in functions.values())


def test_every_log_group_forgets_and_is_named_by_us():
    template = read_packaged()
    groups = {name: each for name, each in template["Resources"].items() if each["Type"] == "AWS::Logs::LogGroup"}
    assert set(groups) == {
        "AccessLogs",
        "DeskAccessLogs",
        "DeskLogs",
        "DoorLogs",
        "DownstreamLogs",
        "OutreachLogs",
        "SettleLogs",
    }
    assert all(0 < group["Properties"]["RetentionInDays"] <= 30 for group in groups.values())
    written = {function["LoggingConfig"]["LogGroup"]["Ref"] for function in list_functions(template).values()}
    assert written < set(groups)


def test_access_logs_hold_no_address_no_path_and_no_agent():
    resources = read_packaged()["Resources"]
    door = resources["RestAPI"]["Properties"]["AccessLogSetting"]
    desk = resources["DeskApi"]["Properties"]["AccessLogSettings"]
    assert "$context.resourcePath" in door["Format"]
    assert "$context.routeKey" in desk["Format"]
    assert desk["DestinationArn"] == {"Fn::GetAtt": ["DeskAccessLogs", "Arn"]}
    for personal in (
        "identity",
        "$context.path",
        "authorizer",
        "userAgent",
        "querystring",
        "extendedRequestId",
        "cookie",
    ):
        assert personal not in door["Format"] + desk["Format"]
    filled = json.loads(re.sub(r"\$context[\w.]+", "1", desk["Format"]))
    assert filled.keys() == {"id", "at", "route", "status", "ms", "bytes", "error"}


def test_the_gateway_answers_by_itself_as_the_functions_do():
    answers = read_packaged()["Resources"]["RestAPI"]["Properties"]["GatewayResponses"]
    given = {name: (int(each["StatusCode"]), each.get("ResponseParameters", {})) for name, each in answers.items()}
    assert given["REQUEST_TOO_LARGE"] == (413, {})
    assert given["THROTTLED"][0] == 429
    for name in ("DEFAULT_5XX", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT", "THROTTLED"):
        assert given[name][0] in (429, 503)
        assert "Retry-After" in given[name][1]["Headers"]
    for each in answers.values():
        (text,) = each["ResponseTemplates"].values()
        assert set(json.loads(text)) == {"Code", "Message"}


def test_request_bodies_are_never_logged_and_requests_are_throttled():
    (settings,) = read_packaged()["Resources"]["RestAPI"]["Properties"]["MethodSettings"]
    assert (settings["ResourcePath"], settings["HttpMethod"]) == ("/*", "*")
    assert settings["DataTraceEnabled"] is False
    assert settings["LoggingLevel"] == "OFF"
    assert settings["ThrottlingRateLimit"] == {"Ref": "RequestsPerSecond"}
    assert 0 < read_packaged()["Parameters"]["RequestsPerSecond"]["Default"] <= settings["ThrottlingBurstLimit"]
    assert settings["MetricsEnabled"] is False  # they cost 30 cents for each of 5 metrics of each route


@pytest.mark.parametrize(
    ("table", "days", "kept", "expiry"),
    [
        ("inbox", 0, False, "expires_at"),
        ("customers", 35, True, "expires_at"),
        ("keys", 7, True, None),
        ("links", 0, True, "expires_at"),
        ("ledger", 35, True, None),
        ("offers", 35, True, None),
        ("desk", 0, True, "expires_at"),
        ("audit", 35, True, "expires_at"),
    ],
)
def test_each_table_is_backed_up_protected_and_expired_as_promised(table, days, kept, expiry):
    resource = list_tables(read_packaged())[table]
    properties = resource["Properties"]
    assert properties.get("PointInTimeRecoverySpecification", {}).get("RecoveryPeriodInDays", 0) == days
    assert properties.get("DeletionProtectionEnabled", False) is kept
    assert resource["DeletionPolicy"] == ("RetainExceptOnCreate" if kept else "Delete")
    assert resource["UpdateReplacePolicy"] == ("Retain" if kept else "Delete")
    assert properties.get("TimeToLiveSpecification", {}).get("AttributeName") == expiry
    assert properties["BillingMode"] == "PAY_PER_REQUEST"


def test_no_table_is_without_a_promise():
    kept = {"customers", "keys", "links", "ledger", "offers", "desk", "audit"}
    assert set(list_tables(read_packaged())) == {"inbox", *kept}


def test_the_stream_and_the_index_of_the_inbox_carry_keys_alone():
    inbox = list_tables(read_packaged())["inbox"]["Properties"]
    assert inbox["StreamSpecification"] == {"StreamViewType": "KEYS_ONLY"}
    (index,) = inbox["GlobalSecondaryIndexes"]
    assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}


def test_every_alarm_is_heard_by_someone():
    template = read_packaged()
    alarms = [each["Properties"] for each in template["Resources"].values() if each["Type"] == "AWS::CloudWatch::Alarm"]
    assert {"ApproximateNumberOfMessagesVisible", "IteratorAge"} < {alarm["MetricName"] for alarm in alarms}
    assert all(alarm["AlarmActions"] == [{"Ref": "Alarms"}] for alarm in alarms)


def test_cfn_lint_has_nothing_to_say():
    lint = Path(sys.executable).with_name("cfn-lint")
    ran = subprocess.run([lint, write_packaged()], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, "")
