"""Square: the address is signed too, payments are the purchases, orders say only ids, a no counts."""

from datetime import UTC, datetime

import pytest

from chalicelib.errors import InvalidSignatureError, UnreadableError
from chalicelib.models import ConsentState, OrderState, Profile, ReadingKind, Trust
from chalicelib.people.identity import list_identities
from chalicelib.people.profile import Record, fold_event
from chalicelib.senders import read_submission, square
from tests.payloads.deliveries import ADDRESS, NOW, SECRET, digest_text, read_payload, sign_delivery, write_body

RAW = write_body(read_payload("square/payment"))
HEADERS = sign_delivery("square", RAW)


def parse_event(event):
    return square.parse(write_body(event), {}, NOW)


def read_event(payload, **changes):
    """Read an invented event with other values in the one thing in its object."""
    event = read_payload(f"square/{payload}")
    (thing,) = event["data"]["object"].values()
    thing.update(changes)
    return square.interpret(parse_event(event))


def fold(*events):
    record = Record(Profile(customer_id="c"))
    for number, event in enumerate(events):
        submission = parse_event(event)
        record = fold_event(record, str(number), submission, square.interpret(submission))
    return record


OTHER_ADDRESSES = [
    "",
    ADDRESS + "/",
    ADDRESS.replace("https", "http"),
    ADDRESS.replace("forms", "FORMS"),
    ADDRESS + "?a=1",
    "https://evil.example/hooks/square",
]


@pytest.mark.parametrize("address", OTHER_ADDRESSES)
def test_a_delivery_to_another_address_is_refused(address):
    square.verify(RAW, HEADERS, [b"new", SECRET], NOW, address=ADDRESS)
    with pytest.raises(InvalidSignatureError):
        square.verify(RAW, HEADERS, [b"new", SECRET], NOW, address=address)


@pytest.mark.parametrize("host", ["host", "x-forwarded-host", "x-original-url"])
def test_no_header_says_what_the_address_is(host):
    other = "https://evil.example/hooks/square"
    headers = {"x-square-hmacsha256-signature": digest_text(SECRET, other.encode() + RAW), host: "evil.example"}
    with pytest.raises(InvalidSignatureError):
        square.verify(RAW, headers, [SECRET], NOW, address=ADDRESS)


def test_a_body_that_is_moved_into_the_address_is_refused():
    with pytest.raises(InvalidSignatureError):
        square.verify(RAW[1:], HEADERS, [SECRET], NOW, address=ADDRESS)
    with pytest.raises(InvalidSignatureError):
        square.verify(b"", HEADERS, [SECRET, b""], NOW, address=ADDRESS)


def test_a_completed_payment_is_a_purchase():
    submission = parse_event(read_payload("square/payment"))
    reading = square.interpret(submission)

    assert (submission.trust, submission.shop) == (Trust.SIGNED, "MLTEASHOP0001")
    assert submission.claims == ("event:6a8f5f28-54a1-4eb0-a98a-3111513fd004",)
    assert submission.occurred_at == datetime(2026, 11, 20, 10, 0, 2, 987654, UTC)
    assert (reading.kind, reading.sender_id) == (ReadingKind.ORDER, "JDKYHBWT1D4F8MFH63DBMEN8Y4")
    assert (reading.email, reading.fields) == ("lina.sorensen@example.org", {})
    (order,) = reading.orders
    assert (order.id, order.number, order.state) == ("hYy9pRFVxpDsO1FB05SunFWUe9JZY", "hYy9", OrderState.PAID)
    assert (str(order.total), order.currency) == ("27.50", "USD")  # with the tip


def test_amounts_are_in_the_currencys_own_smallest_unit():
    (order,) = read_event("payment-yen").orders

    assert (str(order.total), order.currency, order.state) == ("1800", "JPY", OrderState.OPEN)
    for currency, total in (("EUR", "19.99"), ("KWD", "1.999"), ("ISK", "1999"), ("", "19.99")):
        (order,) = read_event("payment", total_money={"amount": 1999, "currency": currency}).orders
        assert (str(order.total), order.currency) == (total, currency)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("APPROVED", OrderState.OPEN),
        ("COMPLETED", OrderState.PAID),
        ("CANCELED", OrderState.CANCELLED),
        ("FAILED", OrderState.UNPAID),
        ("PENDING", OrderState.UNPAID),
        ("NEWS", OrderState.OPEN),
        (None, OrderState.OPEN),
    ],
)
def test_a_payments_state_follows_its_status(status, state):
    orders = read_event("payment", status=status).orders

    assert [order.state for order in orders] == [state]


@pytest.mark.parametrize(("returned", "state"), [(2750, OrderState.REFUNDED), (2749, OrderState.PAID)])
def test_a_payment_that_went_back_whole_is_no_purchase(returned, state):
    (order,) = read_event("payment", refunded_money={"amount": returned, "currency": "USD"}).orders

    assert order.state is state


def test_a_refund_finds_the_payment_and_its_person():
    submission = parse_event(read_payload("square/refund"))
    reading = square.interpret(submission)
    (refund,) = reading.refunds

    assert (refund.id, refund.order_id) == ("hYy9pRFVxpDsO1FB05SunFWUe9JZY_7ReY", "hYy9pRFVxpDsO1FB05SunFWUe9JZY")
    assert (str(refund.amount), refund.currency) == ("9.50", "USD")
    paid = parse_event(read_payload("square/payment"))
    named = {name for name in list_identities(paid, square.interpret(paid), "US") if name.kind == "order"}
    assert set(list_identities(submission, reading, "US")) == named


@pytest.mark.parametrize("changes", [*({"status": word} for word in ("PENDING", "FAILED", None)), {"payment_id": None}])
def test_a_refund_that_gave_nothing_back_says_nothing(changes):
    assert read_event("refund", **changes).refunds == ()


@pytest.mark.parametrize("name", ["order_created", "order_updated"])
def test_an_order_says_its_id_and_state_and_makes_no_order(name):
    event = read_payload("square/order") | {"type": name.replace("_", ".")}
    event["data"]["object"] = {name: {"order_id": "o1", "state": "COMPLETED"}}
    reading = square.interpret(parse_event(event))

    assert (reading.kind, reading.orders, reading.sender_id) == (ReadingKind.ORDER, (), "")
    assert reading.notes == {"order_id": "o1", "state": "COMPLETED"}


def test_an_order_never_takes_the_amount_away_that_its_payment_told():
    payment, order = read_payload("square/payment"), read_payload("square/order")

    for events in ((payment, order), (order, payment)):
        assert [str(held.order.total) for held in fold(*events).orders.values()] == ["27.50"]


def test_a_customer_is_read_without_birthday_and_note():
    reading = read_event("customer")

    assert (reading.kind, reading.sender_id) == (ReadingKind.CUSTOMER, "JDKYHBWT1D4F8MFH63DBMEN8Y4")
    assert (reading.email, reading.phone) == ("lina.sorensen@example.org", "+1 202-555-0147")
    assert reading.fields == {
        "name": "Lina Sørensen",
        "address": "500 Market Road, Floor 2, 62701 Springfield, IL, US",
    }
    assert reading.consents == ()


def test_a_customer_who_unsubscribed_at_square_said_no():
    (consent,) = read_event("customer-unsubscribed").consents

    assert (consent.purpose, consent.state, consent.grade) == ("marketing", ConsentState.WITHDRAWN, "signed")
    assert consent.at == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("preferences", [None, {}, {"email_unsubscribed": None}, {"email_unsubscribed": "true"}, []])
def test_everything_else_is_neither_yes_nor_no(preferences):
    assert read_event("customer-unsubscribed", preferences=preferences).consents == ()


def test_a_deleted_customer_is_noted_by_id_alone():
    reading = read_event("customer-deleted")

    assert reading.model_dump(exclude_defaults=True) == {
        "kind": "customer",
        "sender_id": "JDKYHBWT1D4F8MFH63DBMEN8Y4",
        "ends": True,
    }


@pytest.mark.parametrize("event_type", ["inventory.count.updated", "invoice.payment_made", "a.type.of.tomorrow"])
def test_any_other_type_is_kept_and_names_nobody(event_type):
    submission = parse_event(read_payload("square/other") | {"type": event_type})

    assert submission.topic == event_type
    assert square.interpret(submission).model_dump(exclude_defaults=True) == {"kind": "other"}


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b"\xff", b'{"a":1,"a":2}', b"not json"])
def test_a_signed_body_that_cannot_be_read_is_kept_and_then_parked(raw):
    square.verify(raw, sign_delivery("square", raw), [SECRET], NOW, address=ADDRESS)
    submission = square.parse(raw, {}, NOW)

    assert (submission.topic, submission.claims, submission.body) == ("unknown", (), raw)
    with pytest.raises(UnreadableError):
        read_submission(submission)


@pytest.mark.parametrize("payload", ["customer", "customer-deleted", "payment", "refund", "order"])
@pytest.mark.parametrize("broken", [{}, {"other": {"id": "1"}}, None])
def test_a_known_type_without_its_thing_is_parked(payload, broken):
    event = read_payload(f"square/{payload}")
    event["data"]["object"] = broken
    with pytest.raises(UnreadableError, match=r": not of the shape it promises$"):
        square.interpret(parse_event(event))
