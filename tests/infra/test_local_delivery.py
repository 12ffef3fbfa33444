"""Batches are delivered as Lambda delivers them, and schedules fire when EventBridge would."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from infra.local.delivery import deliver_batch, passes_filters, read_failures, shape_record
from infra.local.invoke import list_sources
from infra.local.schedule import build_firing, is_due
from infra.local.sources import name_resource, read_sources
from infra.template import read_template

NOON = datetime(2026, 12, 24, 12, 0, 30, tzinfo=UTC)  # a Thursday
INSERTS = {"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}]}
MADE = {
    "InboxTable": {"Arn": "arn:table", "StreamArn": "arn:stream"},
    "FailedRecords": {"Arn": "arn:aws:sqs:us-east-1:000000000000:regulars-local-failed-records"},
    "Outreach": {"Arn": "arn:aws:sqs:us-east-1:000000000000:regulars-local-outreach"},
    "Downstream": {"Arn": "arn:aws:sqs:us-east-1:000000000000:regulars-local-downstream"},
    "Feedback": {"Ref": "arn:aws:sns:us-east-1:000000000000:regulars-local-feedback"},
}


def records(count):
    """Return stream records numbered from 0."""
    return [{"eventName": "INSERT", "dynamodb": {"SequenceNumber": str(number)}} for number in range(count)]


class Function:
    """Remembers its batches, and crashes (or reports a failure) the first `failures` times."""

    def __init__(self, failures, *, reports=False):
        self.failures, self.reports, self.batches = failures, reports, []

    def __call__(self, batch):
        numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
        self.batches.append(numbers)
        failed = len(self.batches) <= self.failures
        if failed and not self.reports:
            raise RuntimeError("crashed")
        return {"batchItemFailures": [{"itemIdentifier": numbers[0]}] if failed else []}


def deliver(function, count, retries=2):
    """Deliver a batch; return the batches given up."""
    lost = []
    deliver_batch(function, records(count), retries=retries, give_up=lost.append, wait=0)
    return [[record["dynamodb"]["SequenceNumber"] for record in batch] for batch in lost]


@pytest.mark.parametrize("reports", [False, True])
@pytest.mark.parametrize(("failures", "calls", "given_up"), [(0, 1, 0), (1, 2, 0), (2, 3, 0), (3, 3, 1), (9, 3, 1)])
def test_a_batch_that_fails_is_tried_again_as_often_as_the_mapping_says(failures, calls, given_up, reports):
    function = Function(failures, reports=reports)
    assert deliver(function, 3) == [["0", "1", "2"]] * given_up
    assert function.batches == [["0", "1", "2"]] * calls


def test_an_empty_batch_calls_nobody():
    function = Function(9)
    assert deliver(function, 0) == []
    assert function.batches == []


def test_without_retries_a_batch_is_called_once():
    function = Function(9)
    assert deliver(function, 1, retries=0) == [["0"]]
    assert function.batches == [["0"]]


@pytest.mark.parametrize("answer", [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}, "text"])
def test_an_answer_without_failures_is_success(answer):
    assert read_failures(answer) == set()


@pytest.mark.parametrize(
    ("criteria", "name", "passes"),
    [(INSERTS, "INSERT", True), (INSERTS, "MODIFY", False), (INSERTS, "REMOVE", False), ({}, "REMOVE", True)],
)
def test_only_inserts_pass_the_inbox_filter(criteria, name, passes):
    assert passes_filters(criteria, {"eventName": name, "dynamodb": {}}) is passes


def test_a_record_is_shaped_as_lambda_gets_it_and_is_json():
    raw = {
        "eventID": "1",
        "eventName": "INSERT",
        "dynamodb": {"Keys": {"pk": {"S": "k"}, "b": {"B": b"\x00"}}, "SequenceNumber": "7", "SizeBytes": 3},
    }
    shaped = json.loads(json.dumps(shape_record(raw, "arn:stream", "KEYS_ONLY", NOON)))
    assert shaped["dynamodb"]["Keys"] == {"pk": {"S": "k"}, "b": {"B": "AA=="}}
    assert shaped["dynamodb"]["ApproximateCreationDateTime"] == NOON.timestamp()
    assert (shaped["eventSource"], shaped["eventSourceARN"]) == ("aws:dynamodb", "arn:stream")


def test_every_source_that_the_app_declares_is_fed_with_what_the_template_adds():
    sources = {source.name: source for source in read_sources("local", MADE)}
    assert set(sources) == {config.name for config in list_sources()}
    stream = sources["settle_stream"]
    assert (stream.kind, stream.properties["Stream"]) == ("DynamoDB", "arn:stream")
    assert stream.properties["FilterCriteria"] == INSERTS
    assert stream.properties["DestinationConfig"]["OnFailure"]["Destination"] == MADE["FailedRecords"]["Arn"]
    assert sources["sweep_inbox"].properties["Schedule"].startswith("rate(")
    assert sources["send_mails"].properties["Queue"] == MADE["Outreach"]["Arn"]
    assert sources["deliver_events"].properties["Queue"] == MADE["Downstream"]["Arn"]
    assert sources["record_feedback"].properties["Topic"] == MADE["Feedback"]["Ref"]


def test_the_template_adds_to_functions_that_the_app_declares():
    declared = {"APIHandler", "Desk"} | {name_resource(config.name) for config in list_sources()}
    untyped = {name for name, resource in read_template()["Resources"].items() if "Type" not in resource}
    assert untyped == declared | {"RestAPI"}


@pytest.mark.parametrize(
    ("expression", "ago", "due"),
    [
        ("rate(5 minutes)", None, True),
        ("rate(5 minutes)", timedelta(minutes=4, seconds=59), False),
        ("rate(5 minutes)", timedelta(minutes=5), True),
        ("rate(1 hour)", timedelta(minutes=59), False),
        ("rate(1 day)", timedelta(days=2), True),
        ("rate(5 minutes)", timedelta(hours=-1), True),  # the clock was moved back
    ],
)
def test_a_schedule_is_due_when_its_expression_says(expression, ago, due):
    assert is_due(expression, None if ago is None else NOON - ago, NOON) is due


@pytest.mark.parametrize("expression", ["every now and then", "cron(0 12 * * ? *)", "rate(5 weeks)"])
def test_what_is_no_rate_is_refused(expression):
    with pytest.raises(ValueError, match="not a rate"):
        is_due(expression, None, NOON)


def test_every_schedule_that_the_app_declares_is_a_rate():
    schedules = [source for source in read_sources("local", MADE) if source.kind == "Schedule"]
    assert len(schedules) > 5
    assert all(is_due(source.properties["Schedule"], None, NOON) for source in schedules)


def test_a_firing_carries_the_time_that_it_is_fired_for():
    event = build_firing("sweep_inbox", NOON)
    assert event["time"] == "2026-12-24T12:00:30Z"
    assert event["detail-type"] == "Scheduled Event"
