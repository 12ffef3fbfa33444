"""The queue of customers who are due. Ids only: a queue is no place for anybody's data."""

import json
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from typing import Any

IDS_PER_MESSAGE = 10
MESSAGES_PER_CALL = 10  # SQS takes no more


class Queue:
    """One SQS queue by its name."""

    def __init__(self, client: Any, name: str) -> None:
        """Take a boto3 SQS client and the queue's name."""
        self.client = client
        self.name = name

    @cached_property
    def url(self) -> str:
        """Return the queue's address."""
        return str(self.client.get_queue_url(QueueName=self.name)["QueueUrl"])

    def send_ids(self, ids: Iterable[str]) -> int:
        """Queue customer ids, ten a message; return how many. What SQS did not take is due again next time."""
        count = 0
        for batch in split_batches(split_batches(ids, IDS_PER_MESSAGE), MESSAGES_PER_CALL):
            entries = [{"Id": str(number), "MessageBody": json.dumps(some)} for number, some in enumerate(batch)]
            failed = self.client.send_message_batch(QueueUrl=self.url, Entries=entries).get("Failed", [])
            lost = {int(one["Id"]) for one in failed}
            count += sum(len(some) for number, some in enumerate(batch) if number not in lost)
        return count


def split_batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Yield lists of at most `size` items."""
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch
