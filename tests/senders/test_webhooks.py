"""Any sender of Standard Webhooks: kept whole, named by its signed id."""

from datetime import UTC, datetime

import pytest

from chalicelib.campaigns.agenda import list_reasons
from chalicelib.campaigns.definition import Campaign
from chalicelib.errors import UnreadableError
from chalicelib.models import Profile, Trust
from chalicelib.people.profile import Record, fold_event
from chalicelib.senders import read_submission, webhooks
from tests.builders.folding import profile_of
from tests.payloads.deliveries import NOW, read_payload, sign_delivery, write_body


def parse_body(body):
    raw = write_body(body)
    return webhooks.parse(raw, sign_delivery("webhooks", raw), NOW)


def test_a_message_is_kept_whole_and_its_addresses_are_read():
    submission = parse_body(read_payload("webhooks/message"))
    assert (submission.topic, submission.trust) == ("contact.updated", Trust.SIGNED)
    assert submission.claims == ("webhook:msg_1",)
    assert submission.occurred_at == datetime(2026, 10, 9, 10, 0, 0, 123_456, UTC)
    reading = webhooks.interpret(submission)
    assert (reading.kind, reading.email, reading.phone) == ("other", "ines@example.com", "+351210000000")
    assert reading.entry is not None
    assert reading.entry.values["plan"] == {"seats": 3, "price": "9.5"}


@pytest.mark.parametrize(("kind", "entry"), [("pre-order.shipped", "pre-order-shipped"), ("order.shipped", "other")])
def test_a_shop_can_tell_that_a_pre_order_left(kind, entry):
    said = {"type": kind, "timestamp": "2026-10-09T10:00:00Z", "data": {"email": "ines@example.com", "item": "Tea"}}
    reading = webhooks.interpret(parse_body(said))
    assert reading.entry is not None
    assert reading.entry.kind == entry
    campaign = Campaign.model_validate(
        {
            "name": "shipped",
            "kind": "transactional",
            "template": "t",
            "good_for_days": 3,
            "when": {"trigger": "pre-order-shipped", "hours": 2},
        }
    )
    person = profile_of(entries={"k": reading.entry})
    due = [reason.due for reason in list_reasons(person, campaign, UTC)]
    assert due == [datetime(2026, 10, 9, 12, tzinfo=UTC)] * (entry != "other")


def test_a_shop_can_tell_that_somebody_logged_in_and_the_last_time_is_kept():
    record = Record(Profile(customer_id="c"))
    for key, at in enumerate(("2026-10-07T10:00:00Z", "2026-10-09T10:00:00Z", "2026-10-08T10:00:00Z")):
        said = {"type": "customer.logged-in", "timestamp": at, "data": {"email": "ines@example.com"}}
        submission = parse_body(said)
        record = fold_event(record, f"k{key}", submission, webhooks.interpret(submission))
    assert record.profile.last_login == datetime(2026, 10, 9, 10, tzinfo=UTC)
    assert record.entries == {}
    order = parse_body({"type": "order.shipped", "timestamp": "2026-10-09T11:00:00Z", "data": {"item": "Tea"}})
    later = fold_event(record, "k9", order, webhooks.interpret(order))
    assert later.profile.last_login == record.profile.last_login


@pytest.mark.parametrize("data", [None, 5, [], "x", {}, {"email": ["a"], "phone": {}}])
def test_odd_data_never_stops_a_reading(data):
    reading = webhooks.interpret(parse_body({"type": "a.b", "data": data}))
    assert (reading.email, reading.phone) == ("", "")


@pytest.mark.parametrize("kind", [None, "", "a b", 5, "x" * 101])
def test_an_odd_type_is_kept_and_cannot_be_read(kind):
    with pytest.raises(UnreadableError):
        read_submission(parse_body({"type": kind, "data": {}}))


def test_a_body_that_is_no_json_is_unreadable():
    with pytest.raises(UnreadableError):
        webhooks.interpret(parse_body({"type": "a"}).model_copy(update={"body": b"x"}))
