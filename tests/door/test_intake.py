"""Accepting: one conditional put, no KMS; a lost reply is not a duplicate; what was not kept says so."""

import threading

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from chalicelib.door.intake import accept_submission, name_submission
from chalicelib.errors import TooLargeError, TryAgainLaterError
from chalicelib.store.inbox import Inbox
from chalicelib.store.table import Table
from tests.builders.shop import DOOR_KEY, a_submission


class CountingClient:
    """The real client, counting calls, with a fault to raise before or after the first put."""

    def __init__(self, client, before=None, after=None):
        self.client, self.before, self.after, self.calls = client, before, after, []

    def put_item(self, **request):
        self.calls.append(request)
        if self.before:
            raise self.before
        answer = self.client.put_item(**request)
        if self.after:
            fault, self.after = self.after, None
            # What the SDK does when the reply is lost: the same request goes out again.
            del fault
            return self.put_item(**request)
        return answer

    def __getattr__(self, name):
        raise AssertionError(f"the door called {name}")


def accept(shop, submission, client):
    inbox = Inbox(Table(client, shop.prefix + "inbox"))
    return accept_submission(submission, inbox=inbox, seal=shop.seal, door_key=DOOR_KEY)


def test_new_submission_costs_one_call(shop):
    client = CountingClient(shop.dynamodb)

    assert accept(shop, a_submission(email="a@example.org"), client) is True

    assert len(client.calls) == 1
    [row] = shop.read_all("inbox")
    assert set(row) == {"pk", "state", "sealed", "attempt", "received_at", "pending"}


def test_repeated_submission_is_known_at_one_call(shop):
    submission = a_submission(email="a@example.org")
    accept(shop, submission, shop.dynamodb)
    client = CountingClient(shop.dynamodb)

    assert accept(shop, submission, client) is False

    assert len(client.calls) == 1
    assert len(shop.read_all("inbox")) == 1


def test_own_retry_after_a_lost_reply_is_not_taken_for_a_duplicate(shop):
    client = CountingClient(shop.dynamodb, after=ReadTimeoutError(endpoint_url="http://127.0.0.1"))

    assert accept(shop, a_submission(email="a@example.org"), client) is True

    assert len(client.calls) == 2
    assert len(shop.read_all("inbox")) == 1


def fault(code):
    return ClientError({"Error": {"Code": code, "Message": "a@example.org"}}, "PutItem")


@pytest.mark.parametrize(
    ("raised", "answered"),
    [
        (EndpointConnectionError(endpoint_url="http://127.0.0.1"), TryAgainLaterError),
        (ReadTimeoutError(endpoint_url="http://127.0.0.1"), TryAgainLaterError),
        (fault("ProvisionedThroughputExceededException"), TryAgainLaterError),
        (fault("ThrottlingException"), TryAgainLaterError),
        (fault("InternalServerError"), TryAgainLaterError),
        (fault("AccessDeniedException"), TryAgainLaterError),
        (fault("ValidationException"), TooLargeError),
    ],
)
def test_what_was_not_kept_says_send_it_again(shop, raised, answered):
    with pytest.raises(answered) as caught:
        accept(shop, a_submission(email="a@example.org"), CountingClient(shop.dynamodb, before=raised))

    assert "example.org" not in str(caught.value)
    assert shop.read_all("inbox") == []


def test_sixty_four_deliveries_at_once_are_one_row(shop):
    submission = a_submission(email="a@example.org")
    start, kept = threading.Barrier(16), []

    def deliver():
        start.wait()
        kept.extend(accept(shop, submission, shop.dynamodb) for _ in range(4))

    threads = [threading.Thread(target=deliver) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(kept) == [False] * 63 + [True]
    assert len(shop.read_all("inbox")) == 1


def test_a_repetition_replaces_a_quarantined_one_at_one_call(shop):
    submission = a_submission(email="a@example.org")
    shop.quarantine(submission)
    client = CountingClient(shop.dynamodb, after=ReadTimeoutError(endpoint_url="http://127.0.0.1"))

    assert accept(shop, submission, client) is True  # the reply was lost, and the SDK repeated its one call
    assert len(client.calls) == 2
    [row] = shop.read_all("inbox")
    assert row["state"]["S"] == "new"
    assert accept(shop, submission, shop.dynamodb) is False
    assert [each["state"]["S"] for each in shop.read_all("inbox")] == ["new"]


def test_repetitions_of_a_quarantined_one_at_once_are_one_new_row(shop):
    submission = a_submission(email="a@example.org")
    shop.quarantine(submission)
    start, kept = threading.Barrier(16), []

    def deliver():
        start.wait()
        kept.extend(accept(shop, submission, shop.dynamodb) for _ in range(4))

    threads = [threading.Thread(target=deliver) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(kept) == [False] * 63 + [True]
    assert [row["state"]["S"] for row in shop.read_all("inbox")] == ["new"]


@pytest.mark.parametrize(
    "change",
    [{"sender": "shopify"}, {"shop": "b"}, {"topic": "survey"}, {"idempotency_key": "other"}, {"body": b"{}"}],
)
def test_every_part_of_a_name_counts(change):
    submission = a_submission(email="a@example.org")

    assert name_submission(submission, DOOR_KEY) != name_submission(submission.model_copy(update=change), DOOR_KEY)


def test_parts_of_a_name_do_not_run_together():
    one = a_submission().model_copy(update={"sender": "ab", "shop": "c"})
    other = a_submission().model_copy(update={"sender": "a", "shop": "bc"})

    assert name_submission(one, DOOR_KEY) != name_submission(other, DOOR_KEY)


def test_name_says_nothing_without_the_door_key():
    submission = a_submission(email="a@example.org")

    assert name_submission(submission, DOOR_KEY) != name_submission(submission, b"x" * 32)
    assert len(name_submission(submission, DOOR_KEY)) == 43
