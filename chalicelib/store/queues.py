"""SQS queues: of the customers who are due, and of the events for the shop's own systems. Ids, and no personal data."""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import Any

IDS_PER_MESSAGE = 10
MESSAGES_PER_CALL = 10  # the most that SQS takes


class Queue:
    """One SQS queue by its name, and the queue `<name>-failures` of messages that failed too often."""

    def __init__(self, client: Any, name: str) -> None:
        self.client = client
        self.name = name

    @cached_property
    def url(self) -> str:
        return str(self.client.get_queue_url(QueueName=self.name)["QueueUrl"])

    @cached_property
    def failures_url(self) -> str:
        """Return the address of the queue of failures, which has an alarm."""
        return str(self.client.get_queue_url(QueueName=f"{self.name}-failures")["QueueUrl"])

    def send_ids(self, ids: Iterable[str]) -> int:
        """Queue customer ids, ten a message; return how many. An id that SQS did not take is due again next time."""
        count = 0
        for batch in split_batches(split_batches(ids, IDS_PER_MESSAGE), MESSAGES_PER_CALL):
            lost = self.send_bodies([json.dumps(group) for group in batch])
            count += sum(len(group) for number, group in enumerate(batch) if number not in lost)
        return count

    def send_bodies(self, bodies: Sequence[str]) -> set[int]:
        """Queue messages; return the numbers (from 0) of those that SQS did not take."""
        lost: set[int] = set()
        for batch in split_batches(enumerate(bodies), MESSAGES_PER_CALL):
            entries = [{"Id": str(number), "MessageBody": body} for number, body in batch]
            failed = self.client.send_message_batch(QueueUrl=self.url, Entries=entries).get("Failed", [])
            lost |= {int(entry["Id"]) for entry in failed}
        return lost

    def hide_message(self, receipt: str, seconds: int) -> None:
        """Hide a received message for so many seconds; then it comes again."""
        self.client.change_message_visibility(QueueUrl=self.url, ReceiptHandle=receipt, VisibilityTimeout=seconds)

    def send_to_dead_letter(self, body: str) -> None:
        """Send a message to the queue of failures."""
        self.client.send_message(QueueUrl=self.failures_url, MessageBody=body)


def split_batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Yield lists of at most `size` items."""
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch
