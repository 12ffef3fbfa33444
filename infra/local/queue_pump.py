"""Feed a function from a queue or a topic, as Lambda's pollers and subscriptions do."""

import json
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from chalicelib.functions.timing import HIDDEN_FOR
from chalicelib.models import utc_text
from infra.local.clock import read_now
from infra.local.delivery import deliver_batch, read_failures
from infra.local.endpoints import connect_service
from infra.local.sources import EventSource

log = logging.getLogger(__name__)

ASYNC_RETRIES = 2  # Lambda's own, for a call from SNS


class QueuePump:
    """Feeds one function from one queue. Messages that fail come back, or go to the queue of the redrive policy."""

    def __init__(self, source: EventSource, queue: str) -> None:
        self.source = source
        self.client: Any = connect_service("sqs")
        self.url = self.client.get_queue_url(QueueName=queue)["QueueUrl"]
        self.arn = f"arn:aws:sqs:us-east-1:000000000000:{queue}"

    def pump_once(self) -> None:
        """Receive, call, delete what did not fail."""
        most = min(10, int(self.source.properties.get("BatchSize", 10)))
        got = self.client.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=most, WaitTimeSeconds=1, AttributeNames=["All"]
        )
        messages = got.get("Messages", [])
        if messages:
            failed = read_failures(self.source.call(self.build_event(messages)))
            for message in messages:
                if message["MessageId"] not in failed:
                    self.client.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])

    def build_event(self, messages: list[dict[str, Any]]) -> dict[str, Any]:
        """Return the event that Lambda gets from SQS; its clock is the stack's own."""
        now = read_now()
        return {
            "Records": [
                {
                    "messageId": message["MessageId"],
                    "receiptHandle": message["ReceiptHandle"],
                    "body": message["Body"],
                    "attributes": date_attributes(message.get("Attributes", {}), now),
                    "messageAttributes": {},
                    "md5OfBody": message.get("MD5OfBody", ""),
                    "eventSource": "aws:sqs",
                    "eventSourceARN": self.arn,
                    "awsRegion": "us-east-1",
                }
                for message in messages
            ]
        }


def date_attributes(attributes: dict[str, str], now: datetime) -> dict[str, str]:
    """Return a message's attributes with the first time it was received: so that the time of this receipt is `now`."""
    first = now - HIDDEN_FOR * (int(attributes.get("ApproximateReceiveCount", "1")) - 1)
    return attributes | {"ApproximateFirstReceiveTimestamp": str(int(first.timestamp() * 1000))}


class TopicPump(QueuePump):
    """Feeds one function from one topic, through a queue of its own that stands in for Lambda's subscription.

    As on AWS, each call has one message, a failed call is made twice more, and then the message is given up.
    """

    def __init__(self, source: EventSource, topic: str) -> None:
        """Subscribe a queue to the topic."""
        queue = f"pump-{topic}"
        connect_service("sqs").create_queue(QueueName=queue)
        super().__init__(source, queue)
        topic_arn = connect_service("sns").create_topic(Name=topic)["TopicArn"]
        connect_service("sns").subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=self.arn)

    def pump_once(self) -> None:
        """Receive, call for each message, and delete it: no message waits for another."""
        got = self.client.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for message in got.get("Messages", []):
            self.call_function(message)
            self.client.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])

    def call_function(self, message: dict[str, Any]) -> None:
        """Call the function with one message, again after a crash."""
        try:
            records = self.build_event([message])["Records"]
        except (ValueError, TypeError):
            log.exception("no notification of a topic")
            return
        retries = int(self.source.properties.get("MaximumRetryAttempts", ASYNC_RETRIES))
        deliver_batch(lambda each: self.source.call({"Records": each}), records, retries=retries, give_up=give_up)

    def build_event(self, messages: list[dict[str, Any]]) -> dict[str, Any]:
        """Return the event that Lambda gets from SNS."""
        return {
            "Records": [
                {"EventVersion": "1.0", "EventSource": "aws:sns", "EventSubscriptionArn": self.arn, "Sns": notice}
                for notice in (fill_notice(json.loads(message["Body"])) for message in messages)
            ]
        }


def fill_notice(notice: dict[str, Any]) -> dict[str, Any]:
    """Return a notification with the two fields that moto leaves out where they are empty, and Lambda never does.

    Its time is the stack's.
    """
    return {"Subject": None, "MessageAttributes": {}} | notice | {"Timestamp": utc_text(read_now())}


def give_up(records: Sequence[dict[str, Any]]) -> None:
    """Log what the function could not take."""
    for record in records:
        log.error("a notification was given up: %s", record["Sns"].get("MessageId"))
