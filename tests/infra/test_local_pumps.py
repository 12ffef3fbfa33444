"""The pumps bring functions what streams, queues, topics and schedules have, and survive being killed."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from chalice.app import SNSEvent

from infra.local.pumps import SchedulePump
from infra.local.queue_pump import QueuePump, TopicPump
from infra.local.sources import EventSource
from infra.local.stream_pump import StreamPump
from infra.template import read_template

MAPPING = next(iter(read_template()["Resources"]["SettleStream"]["Properties"]["Events"].values()))["Properties"]


class Function:
    """Remembers what it is called with; reports `bad` ids as failed."""

    def __init__(self, bad=()):
        self.bad, self.events = set(bad), []

    def __call__(self, event, context):
        assert context.get_remaining_time_in_millis() > 0
        self.events.append(event)
        ids = [record.get("messageId") or record["dynamodb"]["Keys"]["pk"]["S"] for record in event.get("Records", ())]
        numbers = {
            record["dynamodb"]["Keys"]["pk"]["S"]: record["dynamodb"]["SequenceNumber"]
            for record in event.get("Records", ())
            if "dynamodb" in record
        }
        return {"batchItemFailures": [{"itemIdentifier": numbers.get(each, each)} for each in ids if each in self.bad]}

    @property
    def keys(self):
        """Return the inbox keys it was given, in order."""
        return [record["dynamodb"]["Keys"]["pk"]["S"] for event in self.events for record in event["Records"]]


@pytest.fixture
def services(cloud, monkeypatch):
    """Point SQS and SNS at moto."""
    for service in ("SQS", "SNS"):
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", cloud.environ[f"AWS_ENDPOINT_URL_{service}"])
    client = cloud.client("sqs")
    yield client
    client.close()


def stream_source(tables, function, **properties):
    """Return the inbox stream's source, as the template maps it."""
    table = tables.dynamodb.describe_table(TableName=tables.settings.prefix + "inbox")["Table"]
    mapped = {name: value for name, value in MAPPING.items() if name != "DestinationConfig"}
    given = mapped | {"Stream": table["LatestStreamArn"], "BatchSize": 10, **properties}
    return EventSource("settle_stream", "DynamoDB", function, given)


def put_keys(tables, *keys):
    """Put rows into the inbox."""
    for key in keys:
        tables.dynamodb.put_item(TableName=tables.settings.prefix + "inbox", Item={"pk": {"S": key}})


def pump_until(pump, check, turns=40):
    """Pump until a check comes true, or often enough."""
    for _ in range(turns):
        pump.pump_once()
        if check():
            return


@pytest.mark.usefixtures("own_tables")
def test_new_rows_reach_the_function_in_order_and_changed_or_deleted_ones_do_not(tables, tmp_path):
    function = Function()
    pump = StreamPump(stream_source(tables, function), tmp_path / "checkpoints.json")
    inbox = tables.settings.prefix + "inbox"
    put_keys(tables, "a", "b")
    tables.dynamodb.update_item(
        TableName=inbox,
        Key={"pk": {"S": "a"}},
        UpdateExpression="SET n = :n",
        ExpressionAttributeValues={":n": {"N": "1"}},
    )
    tables.dynamodb.delete_item(TableName=inbox, Key={"pk": {"S": "b"}})
    put_keys(tables, "c")
    pump_until(pump, lambda: "c" in function.keys)
    assert function.keys == ["a", "b", "c"]
    record = function.events[0]["Records"][0]
    assert (record["eventName"], record["dynamodb"]["StreamViewType"]) == ("INSERT", "KEYS_ONLY")
    assert "NewImage" not in record["dynamodb"]


@pytest.mark.usefixtures("own_tables")
def test_a_pump_that_was_stopped_goes_on_where_it_was_and_one_killed_in_between_repeats(tables, tmp_path):
    checkpoints = tmp_path / "checkpoints.json"
    first = Function()
    put_keys(tables, "a")
    pump_until(StreamPump(stream_source(tables, first), checkpoints), lambda: first.keys)
    put_keys(tables, "b")
    second = Function()
    pump_until(StreamPump(stream_source(tables, second), checkpoints), lambda: second.keys)
    assert (first.keys, second.keys) == (["a"], ["b"])
    checkpoints.unlink()
    third = Function()
    pump_until(StreamPump(stream_source(tables, third), checkpoints), lambda: len(third.keys) == 2)
    assert third.keys == ["a", "b"]


@pytest.mark.usefixtures("own_tables")
def test_a_batch_that_keeps_failing_is_told_to_the_failure_queue_by_place_alone(tables, services, tmp_path):
    queue = f"failed-{uuid.uuid4().hex}"
    url = services.create_queue(QueueName=queue)["QueueUrl"]
    function = Function(bad={"poison"})
    source = stream_source(
        tables,
        function,
        MaximumRetryAttempts=1,
        DestinationConfig={"OnFailure": {"Destination": f"arn:aws:sqs:us-east-1:000000000000:{queue}"}},
    )
    pump = StreamPump(source, tmp_path / "checkpoints.json")
    put_keys(tables, "a", "poison")
    pump_until(pump, lambda: function.keys.count("poison") == 2)
    put_keys(tables, "b")
    pump_until(pump, lambda: function.keys[-1:] == ["b"])
    (message,) = services.receive_message(QueueUrl=url)["Messages"]
    body = json.loads(message["Body"])
    assert body["DDBStreamBatchInfo"]["batchSize"] in (1, 2)  # as many as one read of the stream found
    assert "poison" not in message["Body"]


def test_messages_that_fail_come_back_and_the_others_are_gone(services):
    queue = f"work-{uuid.uuid4().hex}"
    url = services.create_queue(QueueName=queue, Attributes={"VisibilityTimeout": "0"})["QueueUrl"]
    ids = [services.send_message(QueueUrl=url, MessageBody=body)["MessageId"] for body in ("one", "two")]
    function = Function(bad={ids[0]})
    pump = QueuePump(EventSource("work", "SQS", function, {"BatchSize": 10}), queue)
    pump_until(pump, lambda: len(function.events) >= 3, turns=6)
    bodies = [record["body"] for event in function.events for record in event["Records"]]
    assert bodies.count("two") == 1
    assert bodies.count("one") >= 2
    assert function.events[0]["Records"][0]["eventSource"] == "aws:sqs"


def test_what_is_published_to_a_topic_reaches_the_function(cloud, services):
    topic = f"news-{uuid.uuid4().hex}"

    class Listener(Function):
        def __call__(self, event, context):
            self.events.append(event)

    function = Listener()
    pump = TopicPump(EventSource("hear", "SNS", function, {}), topic)
    sns = cloud.client("sns")
    sns.publish(TopicArn=sns.create_topic(Name=topic)["TopicArn"], Message="bounced", Subject="news")
    sns.close()
    pump_until(pump, lambda: function.events, turns=5)
    (record,) = function.events[0]["Records"]
    assert record["EventSource"] == "aws:sns"
    assert (record["Sns"]["Message"], record["Sns"]["Subject"]) == ("bounced", "news")


@pytest.mark.parametrize("given", [{}, {"Subject": "news"}])
def test_notification_has_the_fields_that_chalice_reads_of_it_and_the_time_of_the_stack(
    cloud, services, given, monkeypatch
):
    heard, now = [], datetime(2031, 5, 6, 7, 8, tzinfo=UTC)
    monkeypatch.setattr("infra.local.queue_pump.read_now", lambda: now)

    def hear(event, context):
        assert datetime.fromisoformat(event["Records"][0]["Sns"]["Timestamp"]) == now
        heard.extend((notice.message, notice.subject, notice.message_attributes) for notice in [read_notice(event)])

    topic = f"news-{uuid.uuid4().hex}"
    pump = TopicPump(EventSource("hear", "SNS", hear, {}), topic)
    sns = cloud.client("sns")
    sns.publish(TopicArn=sns.create_topic(Name=topic)["TopicArn"], Message="bounced", **given)
    sns.close()
    pump_until(pump, lambda: heard, turns=5)

    assert heard == [("bounced", given.get("Subject"), {})]


def read_notice(event):
    """Return an event of a topic as Chalice reads it for a function."""
    return SNSEvent(event, None)


def test_notification_that_fails_or_cannot_be_read_blocks_no_other(cloud, services, monkeypatch):
    monkeypatch.setattr("infra.local.delivery.time.sleep", lambda _: None)
    heard = []

    def hear(event, context):
        (record,) = event["Records"]  # one notification a call, as on AWS
        heard.append(record["Sns"]["Message"])
        if record["Sns"]["Message"] == "poison":
            raise ValueError

    topic = f"news-{uuid.uuid4().hex}"
    pump = TopicPump(EventSource("hear", "SNS", hear, {}), topic)
    for body in ("no JSON", "[]", "null", '"text"'):
        services.send_message(QueueUrl=pump.url, MessageBody=body)
    sns = cloud.client("sns")
    arn = sns.create_topic(Name=topic)["TopicArn"]
    for message in ("poison", "good", "poison", "better"):
        sns.publish(TopicArn=arn, Message=message)
    sns.close()
    pump_until(pump, lambda: {"good", "better"} <= set(heard), turns=5)
    pump.pump_once()

    assert (heard.count("poison"), heard.count("good"), heard.count("better")) == (6, 1, 1)
    left = services.get_queue_attributes(QueueUrl=pump.url, AttributeNames=["All"])["Attributes"]
    assert (left["ApproximateNumberOfMessages"], left["ApproximateNumberOfMessagesNotVisible"]) == ("0", "0")


def test_a_schedule_fires_at_the_start_and_again_when_the_clock_is_moved(monkeypatch, tmp_path):
    from infra.local import clock

    monkeypatch.setattr(clock, "FILE", tmp_path / "clock")
    function = Function()
    pump = SchedulePump(EventSource("sweep", "Schedule", function, {"Schedule": "rate(1 hour)"}))
    pump.pump_once()
    pump.pump_once()
    assert len(function.events) == 1
    ahead = clock.move_clock((clock.read_now() + timedelta(hours=2)).isoformat())
    pump.pump_once()
    assert len(function.events) == 2
    assert function.events[1]["time"] >= ahead.strftime("%Y-%m-%dT%H:%M:%SZ")
