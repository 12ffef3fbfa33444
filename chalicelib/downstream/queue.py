"""The queue between the relay and the targets: one message per event and target, ids and a word of what happened."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from chalicelib.downstream.outbox import Outgoing
from chalicelib.store.queues import MESSAGES_PER_CALL, split_batches
from chalicelib.strictjson import parse_object


@dataclass(frozen=True)
class Message:
    """One event for one target. `id` is the event's, for all targets; `timestamp` is when it came to be."""

    id: str
    target: str
    type: str
    timestamp: str
    data: dict[str, Any]


class Messages:
    """One SQS queue and its failures queue, by their names."""

    def __init__(self, client: Any, name: str) -> None:
        """Take a boto3 SQS client and the queue's name."""
        self.client = client
        self.name = name

    @cached_property
    def url(self) -> str:
        """Return the queue's address."""
        return str(self.client.get_queue_url(QueueName=self.name)["QueueUrl"])

    @cached_property
    def failures_url(self) -> str:
        """Return the address of the queue where messages end that nobody took."""
        return str(self.client.get_queue_url(QueueName=f"{self.name}-failures")["QueueUrl"])

    def send_messages(self, messages: Iterable[Message]) -> set[str]:
        """Queue messages; return the ids of events some of whose messages SQS did not take."""
        lost: set[str] = set()
        for batch in split_batches(messages, MESSAGES_PER_CALL):
            entries = [{"Id": str(number), "MessageBody": write_message(one)} for number, one in enumerate(batch)]
            failed = self.client.send_message_batch(QueueUrl=self.url, Entries=entries).get("Failed", [])
            lost |= {batch[int(one["Id"])].id for one in failed}
        return lost

    def hide_message(self, receipt: str, seconds: int) -> None:
        """Let a received message come again after so many seconds."""
        self.client.change_message_visibility(QueueUrl=self.url, ReceiptHandle=receipt, VisibilityTimeout=seconds)

    def send_to_dead_letter(self, message: Message) -> None:
        """Set a message aside, where an alarm tells of it."""
        self.client.send_message(QueueUrl=self.failures_url, MessageBody=write_message(message))


def make_messages(event: Outgoing, targets: Iterable[str]) -> list[Message]:
    """Return one message per target."""
    data = parse_object(event.data.encode())
    return [Message(event.id, target, event.kind, event.at, data) for target in targets]


def write_message(message: Message) -> str:
    """Return a message's body."""
    return json.dumps(asdict(message), sort_keys=True, separators=(",", ":"))


def read_message(body: str) -> Message:
    """Read a message's body; raise MalformedError or TypeError for what is none of ours."""
    return Message(**parse_object(body.encode()))
