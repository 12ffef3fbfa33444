"""SQS queues: batches, and the messages that SQS does not take."""

import json
import uuid

import pytest

from chalicelib.store.queues import Queue, split_batches


@pytest.fixture
def queue(cloud):
    """A queue of its own with its queue of failures."""
    sqs, name = cloud.client("sqs"), f"t{uuid.uuid4().hex[:12]}"
    for each in (name, f"{name}-failures"):
        sqs.create_queue(QueueName=each)
    yield Queue(sqs, name)
    sqs.close()


def receive(queue, url):
    """Return the bodies of up to ten messages."""
    answer = queue.client.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=0)
    return [message["Body"] for message in answer.get("Messages", [])]


def receive_all(queue):
    """Return the bodies of all messages."""
    bodies = []
    while some := receive(queue, queue.url):
        bodies += some
    return bodies


class Choosy:
    """SQS that takes every message but those whose body is in `refused`."""

    def __init__(self, client, *refused):
        self.client, self.refused, self.sizes = client, refused, []

    def __getattr__(self, name):
        return getattr(self.client, name)

    def send_message_batch(self, QueueUrl, Entries):  # noqa: N803 - SQS's own names
        self.sizes.append(len(Entries))
        taken = [entry for entry in Entries if entry["MessageBody"] not in self.refused]
        lost = [{"Id": entry["Id"]} for entry in Entries if entry not in taken]
        if taken:
            self.client.send_message_batch(QueueUrl=QueueUrl, Entries=taken)
        return {"Failed": lost}


def test_ids_go_ten_a_message(queue):
    ids = [f"customer-{number}" for number in range(123)]

    assert queue.send_ids(iter(ids)) == 123
    messages = [json.loads(body) for body in receive_all(queue)]
    assert sorted(one for message in messages for one in message) == sorted(ids)
    assert len(messages) == 13
    assert queue.send_ids(iter(())) == 0


def test_ids_of_a_message_that_sqs_did_not_take_are_not_counted(queue):
    ids = [f"customer-{number:03}" for number in range(123)]
    queue.client = Choosy(queue.client, json.dumps(ids[110:120]), json.dumps(ids[:10]))

    assert queue.send_ids(ids) == 103
    assert queue.client.sizes == [10, 3]


def test_bodies_that_sqs_did_not_take_are_named_by_their_place(queue):
    bodies = [f"message {number}" for number in range(25)]
    queue.client = Choosy(queue.client, bodies[3], bodies[10], bodies[24])

    assert queue.send_bodies(bodies) == {3, 10, 24}
    assert queue.client.sizes == [10, 10, 5]
    assert sorted(receive_all(queue)) == sorted({*bodies} - {bodies[3], bodies[10], bodies[24]})
    assert queue.send_bodies([]) == set()


def test_hidden_message_comes_again_at_its_time(queue):
    queue.send_bodies(["one"])
    answer = queue.client.receive_message(QueueUrl=queue.url)
    [message] = answer["Messages"]
    assert receive(queue, queue.url) == []
    queue.hide_message(message["ReceiptHandle"], 0)

    assert receive(queue, queue.url) == ["one"]


def test_dead_letter_goes_to_the_queue_of_failures(queue):
    queue.send_to_dead_letter("one")

    assert receive(queue, queue.failures_url) == ["one"]
    assert receive(queue, queue.url) == []


def test_batches_hold_every_item_once_in_order():
    assert list(split_batches(range(7), 3)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(split_batches([], 3)) == []
