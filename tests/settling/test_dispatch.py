"""Settling: exactly once, whatever is repeated, raced, lost or broken; and nobody merged by a form."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from botocore.exceptions import ClientError

from chalicelib.errors import KeyUnavailableError, RaceLostError
from chalicelib.models import Order, OrderState, Reading, Refund, Submission, Trust
from chalicelib.senders import read_submission
from chalicelib.settling.dispatch import settle_item, settle_keys, sweep_inbox, take_turns
from chalicelib.store.inbox import State
from tests.builders.folding import fold_history
from tests.builders.shop import NOW, a_submission, read_all_events, write_keys

LATER = NOW + timedelta(minutes=5)


def from_shopify(body=b"{}", **changes):
    values = {"sender": "shopify", "shop": "corner.example", "topic": "orders/paid", "trust": Trust.SIGNED}
    return Submission(**{**values, "received_at": NOW, "occurred_at": NOW, "body": body, **changes})


@pytest.fixture
def readings(monkeypatch):
    """Let a test say what a sender's body says, so that identity rules are tested apart from any sender's format."""
    said: dict[bytes, Reading] = {}
    monkeypatch.setattr(
        "chalicelib.settling.dispatch.read_submission",
        lambda submission: said.get(submission.body) or read_submission(submission),
    )
    return said


def test_form_becomes_a_customer(shop):
    assert shop.take(a_submission(email="Asel@example.org", name="Әсел")) == "settled"

    profile = shop.read_profile("asel@EXAMPLE.org")
    assert profile.fields["name"].value == "Әсел"
    assert profile.events == 1
    assert len(shop.read_history(profile.customer_id)) == 1


def test_settled_item_is_a_tombstone_without_content(shop):
    shop.take(a_submission(email="asel@example.org"))

    [row] = shop.read_all("inbox")
    assert set(row) == {"pk", "state", "attempt", "received_at", "settled_at"}
    assert row["state"]["S"] == "settled"


def test_redelivery_is_one_event(shop):
    submission = a_submission(email="asel@example.org")

    outcomes = [shop.take(submission) for _ in range(3)]

    assert outcomes == ["settled"] * 3
    assert len(read_all_events(shop)) == 1


def test_same_event_id_under_another_body_is_a_duplicate(shop, readings):
    readings[b"one"] = readings[b"two"] = Reading(kind="order", email="asel@example.org")

    first = shop.take(from_shopify(b"one", claims=("event:1", "webhook:1")))
    second = shop.take(from_shopify(b"two", claims=("event:1", "webhook:2")))

    assert (first, second) == ("settled", "duplicate")
    assert shop.read_profile("asel@example.org").events == 1


def test_same_event_id_under_another_topic_is_another_event(shop, readings):
    readings[b"one"] = Reading(kind="order", email="asel@example.org")

    first = shop.take(from_shopify(b"one", claims=("event:1",)))
    second = shop.take(from_shopify(b"one", claims=("event:1",), topic="orders/updated"))

    assert (first, second) == ("settled", "settled")


def test_second_submission_joins_the_same_person(shop):
    shop.take(a_submission(email="asel@example.org", name="Asel"))
    shop.take(a_submission(email="ASEL@example.org", phone="+12025550123", at=LATER))

    assert len(shop.list_customers()) == 1
    assert shop.read_profile("asel@example.org").events == 2


def test_people_without_a_name_are_kept_apart(shop):
    shop.take(a_submission(entry={"score": 9}))
    shop.take(a_submission(entry={"score": 3}))

    assert len(shop.list_customers()) == 2


def test_form_cannot_claim_a_strangers_phone(shop, readings):
    readings[b"order"] = Reading(kind="order", phone="+12025550123", email="owner@example.org")
    shop.take(a_submission(email="mallory@example.org", phone="+1 202 555 0123"))

    shop.take(from_shopify(b"order"))

    assert shop.find_id("owner@example.org") != shop.find_id("mallory@example.org")
    assert len(shop.read_history(shop.find_id("mallory@example.org"))) == 1


def test_form_naming_two_people_merges_nobody(shop, readings):
    readings[b"a"] = Reading(kind="customer", sender_id="1", email="a@example.org")
    shop.take(from_shopify(b"a"))
    shop.take(a_submission(phone="+12025550102"))

    shop.take(a_submission(email="a@example.org", phone="+12025550102"))

    [(one, other, kind)] = shop.services().identities.list_suggestions()
    assert {one, other} == set(shop.list_customers())
    assert len(shop.list_customers()) == 2
    assert kind == "phone"


def test_customer_id_of_the_sender_outlives_a_new_email_and_the_old_one_is_free(shop, readings):
    readings[b"old"] = Reading(kind="customer", sender_id="7", email="old@example.org")
    readings[b"new"] = Reading(kind="customer", sender_id="7", email="new@example.org")
    shop.take(from_shopify(b"old"))

    shop.take(from_shopify(b"new", occurred_at=LATER))

    assert shop.find_id("old@example.org") is None
    assert len(shop.list_customers()) == 1
    assert shop.read_profile("new@example.org").fields["email"].value == "new@example.org"


def test_order_joins_the_person_who_signed_up_by_form(shop, readings):
    readings[b"order"] = Reading(kind="order", sender_id="7", email="asel@example.org")
    shop.take(a_submission(email="asel@example.org"))

    shop.take(from_shopify(b"order"))

    assert len(shop.list_customers()) == 1


def test_refund_that_names_nobody_finds_whoever_ordered(shop, readings):
    order = Order(id="9", placed_at=NOW, updated_at=NOW, state=OrderState.PAID, total=Decimal(20), currency="EUR")
    refund = Refund(id="r1", order_id="9", amount=Decimal(5), currency="EUR")
    readings[b"order"] = Reading(kind="order", email="asel@example.org", orders=(order,))
    readings[b"refund"] = Reading(kind="refund", refunds=(refund,))
    shop.take(from_shopify(b"order"))

    shop.take(from_shopify(b"refund", topic="refunds/create"))

    assert len(shop.list_customers()) == 1
    record = shop.read_record("asel@example.org")
    profile = record.profile
    assert [refund.amount for refund in record.orders["shopify:corner.example:9"].refunds.values()] == [Decimal(5)]
    assert profile.totals.spent == {"EUR": Decimal(15)}
    assert {name.kind for name in profile.identities} == {"email"}


def test_shared_email_of_two_customer_ids_stays_two_people(shop, readings):
    readings[b"one"] = Reading(kind="customer", sender_id="1", email="family@example.org")
    readings[b"two"] = Reading(kind="customer", sender_id="2", email="family@example.org")
    shop.take(from_shopify(b"one"))

    shop.take(from_shopify(b"two"))

    assert len(shop.list_customers()) == 2
    assert len(list(shop.services().identities.list_suggestions())) == 1


def test_profile_equals_the_fold_of_its_history(shop):
    for number in range(4):
        at = NOW + timedelta(days=number % 3)
        shop.take(a_submission(email="asel@example.org", name=f"Asel {number}", at=at, entry={"score": number}))

    customer = shop.find_id("asel@example.org")
    stored = shop.open_profile(customer)
    assert fold_history(customer, read_all_events(shop)) == stored.model_copy(update={"identities": ()})


def test_unreadable_submission_is_parked_with_a_reason_and_can_be_retried(shop):
    key = shop.accept(a_submission().model_copy(update={"body": b"not what a form writes"}))

    assert settle_item(key, shop.services(), LATER) == "parked"

    item = shop.inbox.read_item(key)
    assert item.state is State.PARKED
    assert item.sealed
    assert item.reason.startswith("UnreadableError")
    assert list(shop.inbox.list_pending("parked")) == [key]
    shop.inbox.release_item(key, State.PARKED)
    assert shop.inbox.read_item(key).state is State.NEW


def test_tampered_item_is_parked_and_blocks_nobody(shop):
    bad = shop.accept(a_submission(email="a@example.org"))
    good = shop.accept(a_submission(email="b@example.org"))
    row = shop.dynamodb.get_item(TableName=shop.prefix + "inbox", Key={"pk": {"S": bad}})["Item"]
    other = shop.dynamodb.get_item(TableName=shop.prefix + "inbox", Key={"pk": {"S": good}})["Item"]
    shop.dynamodb.put_item(TableName=shop.prefix + "inbox", Item={**row, "sealed": other["sealed"]})

    counts = settle_keys([bad, good], shop.services(), LATER)

    assert counts == {"parked": 1, "settled": 1}


def test_quarantined_item_waits_for_release(shop):
    key = shop.quarantine(a_submission(email="bot@example.org"))

    assert settle_item(key, shop.services(), LATER) == "quarantined"
    assert list(shop.inbox.list_pending("quarantined")) == [key]

    shop.inbox.release_item(key, State.QUARANTINED)
    assert settle_item(key, shop.services(), LATER) == "settled"
    [row] = shop.read_all("inbox")
    assert "expires_at" not in row


def test_sweeper_finishes_what_the_stream_lost(shop):
    keys = {shop.accept(a_submission(email=f"p{number}@example.org")) for number in range(20)}

    counts = sweep_inbox(shop.services(), LATER)

    assert counts == {"settled": 20}
    assert len(keys) == len(read_all_events(shop)) == 20


def test_sweeper_takes_the_shards_in_turn():
    assert list(take_turns([["a1", "a2", "a3"], [], ["c1"]])) == ["a1", "c1", "a2", "a3"]


def test_sweeper_ends_before_its_function_does_and_goes_on_later(shop, monkeypatch):
    for number in range(3):
        shop.accept(a_submission(email=f"p{number}@example.org"))
    monkeypatch.setattr("chalicelib.settling.dispatch.LONGEST_SWEEP", -1.0)
    assert sweep_inbox(shop.services(), LATER) == {}
    monkeypatch.undo()
    assert sweep_inbox(shop.services(), LATER) == {"settled": 3}


def test_sweeper_leaves_the_young_to_the_stream(shop):
    shop.accept(a_submission(email="a@example.org"))

    assert sweep_inbox(shop.services(), NOW + timedelta(seconds=30)) == {}


def test_rivals_on_one_new_person_make_one_customer(shop):
    submissions = [a_submission(email="asel@example.org", entry={"number": n}) for n in range(8)]
    keys = [shop.accept(submission) for submission in submissions]
    services = [shop.services() for _ in keys]
    start = threading.Barrier(len(keys))

    def settle(key, own):
        start.wait()
        while settle_keys([key], own, LATER) == {"postponed": 1}:
            pass

    threads = [threading.Thread(target=settle, args=pair) for pair in zip(keys, services, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(shop.list_customers()) == 1
    assert shop.read_profile("asel@example.org").events == 8
    assert len(read_all_events(shop)) == 8


def test_rivals_on_one_item_settle_it_once(shop):
    for _ in range(5):
        key = shop.accept(a_submission(email="asel@example.org", entry={"round": _}))
        start = threading.Barrier(4)

        def settle(key=key, start=start):
            services = shop.services()
            start.wait()
            settle_keys([key], services, LATER)

        threads = [threading.Thread(target=settle) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert len(read_all_events(shop)) == 5
    assert shop.read_profile("asel@example.org").events == 5


def test_index_rotation_keeps_old_people_findable(shop):
    shop.take(a_submission(email="old@example.org"))
    shop.services().people.keys.rotate_index()
    before = shop.find_id("old@example.org")

    shop.take(a_submission(email="old@example.org", at=LATER))
    shop.take(a_submission(email="new@example.org"))

    assert before is not None
    assert shop.find_id("old@example.org") == before
    assert len(shop.list_customers()) == 2
    rows = [row["pk"]["S"] for row in shop.read_all("customers") if row["sk"]["S"] == "identity"]
    assert sorted(row.split("#")[1] for row in rows) == ["1", "1", "2", "2"]


def test_root_key_rotation_keeps_old_people_readable(shop, tmp_path):
    shop.take(a_submission(email="old@example.org"))
    (tmp_path / "newer").mkdir()
    shop.root_key = f"{write_keys(tmp_path / 'newer')[2]},{shop.root_key}"

    shop.take(a_submission(email="old@example.org", at=LATER))
    shop.take(a_submission(email="new@example.org"))

    assert shop.read_profile("old@example.org").events == 2
    assert shop.read_profile("new@example.org").events == 1


def test_person_whose_key_is_gone_is_left_for_later(shop):
    shop.take(a_submission(email="asel@example.org"))
    customer = shop.find_id("asel@example.org")
    shop.dynamodb.delete_item(TableName=shop.prefix + "keys", Key={"pk": {"S": f"cust#{customer}"}})
    key = shop.accept(a_submission(email="asel@example.org", at=LATER))

    with pytest.raises(KeyUnavailableError):
        settle_item(key, shop.services(), LATER)

    assert shop.inbox.read_item(key).state is State.NEW


class FailingOnce:
    """A DynamoDB client one of whose writes takes effect though its reply is lost."""

    def __init__(self, client):
        self.client = client
        self.lost = 0

    def __getattr__(self, name):
        return getattr(self.client, name)

    def transact_write_items(self, **request):
        answer = self.client.transact_write_items(**request)
        if not self.lost:
            self.lost += 1
            raise ClientError({"Error": {"Code": "TransactionConflictException", "Message": ""}}, "TransactWriteItems")
        return answer


def test_lost_reply_of_the_commit_is_not_a_second_event(shop):
    key = shop.accept(a_submission(email="asel@example.org"))
    client = FailingOnce(shop.dynamodb)

    assert settle_item(key, shop.services(client=client), LATER) == "settled"

    assert client.lost == 1
    assert len(read_all_events(shop)) == 1


def test_item_that_never_stops_racing_is_given_back(shop, monkeypatch):
    monkeypatch.setattr("chalicelib.settling.dispatch.time.sleep", lambda seconds: None)
    key = shop.accept(a_submission(email="asel@example.org"))
    services = shop.services()

    def always_lose(parts):
        raise RaceLostError("transaction")

    monkeypatch.setattr(services.people.table, "commit_parts", always_lose)

    with pytest.raises(RaceLostError):
        settle_item(key, services, LATER)
    assert shop.inbox.read_item(key).state is State.NEW
