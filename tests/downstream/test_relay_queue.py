"""From the outbox to the queue: nothing is lost, doubled under another id, or written where nobody listens."""

import logging
from datetime import timedelta

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.settling.dispatch import settle_item
from tests.builders.canary import CANARIES, find_canaries
from tests.builders.downstream import ASEL, YES, read_outbox
from tests.builders.line import Down
from tests.builders.receiver import SECRET, Receiver
from tests.builders.shop import NOW, a_submission


def test_queue_that_does_not_answer_leaves_the_outbox_as_it_is(shop, full):
    shop.take(a_submission(email=ASEL, consents=[YES]))
    full.targets["erp"], full.clients["sqs"] = "https://erp.shop.example/events", Down()
    with pytest.raises(EndpointConnectionError):
        full.relay()

    assert len(read_outbox(shop)) == 1


def test_event_of_which_one_message_was_not_taken_stays_and_goes_again_to_all(shop, full):
    with Receiver() as one, Receiver() as other:
        delivery = full.listen(one=one, other=other)
        shop.take(a_submission(email=ASEL, consents=[YES]))
        full.clients["sqs"] = Choosy(full.sqs)
        assert full.relay() == {"queued": 0, "kept": 1}
        full.clients["sqs"] = full.sqs
        assert full.relay() == {"queued": 1, "kept": 0}
        assert full.turn(delivery) == (3, 0)

    assert read_outbox(shop) == []
    assert len(one.got) + len(other.got) == 3
    assert len({*one.ids, *other.ids}) == 1


class Choosy:
    """SQS that takes all messages of a batch but the last."""

    def __init__(self, client):
        self.client = client

    def __getattr__(self, name):
        return getattr(self.client, name)

    def send_message_batch(self, QueueUrl, Entries):  # noqa: N803 - SQS's own names
        sent = self.client.send_message_batch(QueueUrl=QueueUrl, Entries=Entries[:-1])
        return {**sent, "Failed": [{"Id": Entries[-1]["Id"]}]}


def test_relay_that_dies_between_queue_and_outbox_sends_again_under_the_same_id(shop, full):
    with Receiver() as receiver:
        delivery = full.listen(erp=receiver)
        shop.take(a_submission(email=ASEL, consents=[YES]))
        full.clients["dynamodb"] = Undeletable(shop.dynamodb)
        with pytest.raises(EndpointConnectionError):
            full.relay()
        full.clients["dynamodb"] = shop.dynamodb
        assert full.relay() == {"queued": 1, "kept": 0}
        assert full.turn(delivery) == (2, 0)

    assert len(receiver.ids) == 2
    assert len(set(receiver.ids)) == 1


class Undeletable:
    """DynamoDB that dies when something is deleted."""

    def __init__(self, client):
        self.client = client

    def __getattr__(self, name):
        return getattr(Down() if name == "delete_item" else self.client, name)


def test_rows_left_from_when_somebody_listened_only_go(shop, full):
    shop.take(a_submission(email=ASEL, consents=[YES]))

    assert full.relay() == {"queued": 1, "kept": 0}
    assert read_outbox(shop) == []
    assert full.receive(full.downstream.url) == []


def test_canaries_are_in_no_message_and_no_log(shop, full, caplog):
    bodies = []
    with Receiver(*[500] * 99) as receiver, caplog.at_level(logging.DEBUG, logger="chalicelib"):
        delivery = full.listen(erp=receiver)
        for number, canary in enumerate(CANARIES[:20]):
            address = f"{canary.split('.')[0]}@example.org"
            at = NOW + timedelta(seconds=number)
            shop.take(a_submission(email=address, name=canary, consents=[{**YES, "words": canary}], at=at))
        assert full.relay() == {"queued": 20, "kept": 0}
        while full.turn(delivery) != (0, 0):
            pass
        bodies = [body for _, body in receiver.got] + [repr(headers).encode() for headers, _ in receiver.got]

    assert len(bodies) == 40
    everything = b"\n".join(
        [*bodies, caplog.text.encode(), *(repr(record.__dict__).encode() for record in caplog.records)]
    )
    assert find_canaries(everything, CANARIES[:20]) == []
    assert b"example.org" not in everything
    assert SECRET.encode() not in everything


def test_what_changes_no_consent_costs_nothing_more_where_somebody_listens(shop):
    shop.take(a_submission(email=ASEL, consents=[YES]))
    sizes = []
    for number, listened in enumerate((False, True)):
        shop.listened = listened
        counting = Counting(shop.dynamodb)
        at = NOW + timedelta(hours=number + 1)
        key = shop.accept(a_submission(email=ASEL, name="Асель", consents=[YES], at=at))
        assert settle_item(key, shop.services(client=counting), at) == "settled"
        sizes.append(counting.calls)

    assert sizes[0] == sizes[1]


class Counting:
    """DynamoDB that counts its calls, and the parts of transactions."""

    def __init__(self, client):
        self.client, self.calls = client, []

    def __getattr__(self, name):
        def call(**given):
            self.calls.append((name, len(given.get("TransactItems", ()))))
            return getattr(self.client, name)(**given)

        return call if name not in ("exceptions", "get_paginator", "meta") else getattr(self.client, name)
