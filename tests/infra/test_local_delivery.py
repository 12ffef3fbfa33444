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
    """A function that fails on some records: it reports them, or crashes on the batch that holds one."""

    def __init__(self, bad=(), *, crashes=False, heals_after=None):
        self.bad, self.crashes, self.heals_after = set(bad), crashes, heals_after
        self.batches = []
        self.done = []

    def __call__(self, batch):
        numbers = [int(record["dynamodb"]["SequenceNumber"]) for record in batch]
        self.batches.append(numbers)
        bad = self.bad if self.heals_after is None or len(self.batches) <= self.heals_after else set()
        if self.crashes and bad & set(numbers):
            raise RuntimeError("crashed")
        self.done += [number for number in numbers if number not in bad]
        return {"batchItemFailures": [{"itemIdentifier": str(number)} for number in numbers if number in bad]}


def deliver(function, count, retries=2):
    """Deliver a batch; return the numbers of the records given up."""
    lost = []
    deliver_batch(
        function,
        records(count),
        retries=retries,
        give_up=lambda record: lost.append(int(record["dynamodb"]["SequenceNumber"])),
        wait=0,
    )
    return lost


@pytest.mark.parametrize("crashes", [False, True])
@pytest.mark.parametrize("bad", [set(), {0}, {9}, {3, 4}, {0, 5, 9}, set(range(10))])
def test_what_fails_is_given_up_and_all_others_are_done(bad, crashes):
    function = Function(bad, crashes=crashes)
    assert deliver(function, 10) == sorted(bad)
    assert set(function.done) == set(range(10)) - bad


def test_a_record_is_retried_as_often_as_the_mapping_says_and_no_more():
    function = Function({0})
    assert deliver(function, 1, retries=3) == [0]
    assert function.batches == [[0]] * 4


def test_a_failure_that_passes_loses_nothing():
    function = Function({0, 1, 2}, crashes=True, heals_after=2)
    assert deliver(function, 3) == []
    assert set(function.done) == {0, 1, 2}


def test_a_partial_answer_is_retried_from_its_first_failure():
    function = Function({2}, heals_after=1)
    assert deliver(function, 4) == []
    assert function.batches[0] == [0, 1, 2, 3]
    assert function.batches[1] == [2, 3]


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
    declared = {"APIHandler"} | {name_resource(config.name) for config in list_sources()}
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
        ("cron(0 12 * * ? *)", None, True),
        ("cron(0 12 * * ? *)", timedelta(seconds=20), False),  # fired in this minute already
        ("cron(0 12 * * ? *)", timedelta(days=1), True),
        ("cron(1 12 * * ? *)", None, False),
        ("cron(0/15 * * * ? *)", None, True),
        ("cron(0 9-17 ? * MON-FRI *)", None, True),
        ("cron(0 12 ? * SAT,SUN *)", None, False),
        ("cron(0 12 24 DEC ? 2026)", None, True),
        ("cron(0 12 24 DEC ? 2027)", None, False),
    ],
)
def test_a_schedule_is_due_when_its_expression_says(expression, ago, due):
    assert is_due(expression, None if ago is None else NOON - ago, NOON) is due


def test_what_is_no_schedule_is_refused():
    with pytest.raises(ValueError, match="not a schedule"):
        is_due("every now and then", None, NOON)


def test_a_firing_carries_the_time_that_it_is_fired_for():
    event = build_firing("sweep_inbox", NOON)
    assert event["time"] == "2026-12-24T12:00:30Z"
    assert event["detail-type"] == "Scheduled Event"
