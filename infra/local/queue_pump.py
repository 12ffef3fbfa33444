"""Feed a function from a queue or a topic, as Lambda's pollers and subscriptions do."""

import json
from datetime import datetime
from typing import Any

from chalicelib.functions.timing import HIDDEN_FOR
from infra.local.clock import read_now
from infra.local.delivery import read_failures
from infra.local.endpoints import connect_service
from infra.local.sources import EventSource


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
    """Feeds one function from one topic, through a queue of its own that stands in for Lambda's subscription."""

    def __init__(self, source: EventSource, topic: str) -> None:
        """Subscribe a queue to the topic."""
        queue = f"pump-{topic}"
        connect_service("sqs").create_queue(QueueName=queue)
        super().__init__(source, queue)
        topic_arn = connect_service("sns").create_topic(Name=topic)["TopicArn"]
        connect_service("sns").subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=self.arn)

    def build_event(self, messages: list[dict[str, Any]]) -> dict[str, Any]:
        """Return the event that Lambda gets from SNS."""
        return {
            "Records": [
                {"EventVersion": "1.0", "EventSource": "aws:sns", "EventSubscriptionArn": self.arn, "Sns": notice}
                for notice in (json.loads(message["Body"]) for message in messages)
            ]
        }
