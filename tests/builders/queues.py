"""A queue of one test at SQS's stand-in, and what is in it. Builders for tests."""

import uuid
from contextlib import contextmanager

from chalicelib.functions.send_mails import parse_ids
from chalicelib.store.queues import Queue


@contextmanager
def open_queue(cloud):
    """Yield an empty queue."""
    sqs, name = cloud.client("sqs"), f"t{uuid.uuid4().hex[:12]}"
    sqs.create_queue(QueueName=name)
    yield Queue(sqs, name)
    sqs.close()


def receive_ids(queue):
    """Take the ids that were queued."""
    found = []
    while messages := queue.client.receive_message(QueueUrl=queue.url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            found += parse_ids(message["Body"])
            queue.client.delete_message(QueueUrl=queue.url, ReceiptHandle=message["ReceiptHandle"])
    return found
