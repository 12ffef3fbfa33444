"""WooCommerce: the ping, times without a zone, names in HTML, guests, and nothing claimed by the second."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from chalicelib.errors import InvalidSignatureError, UnreadableError
from chalicelib.models import OrderState, Trust
from chalicelib.senders import read_submission, woocommerce
from tests.payloads.deliveries import NOW, SECRET, read_payload, sign_delivery, write_body


def parse_body(topic, body, **headers):
    raw = write_body(body)
    return woocommerce.parse(raw, {**sign_delivery("woocommerce", raw, topic), **headers}, NOW)


def read_body(topic, body):
    return woocommerce.interpret(parse_body(topic, body))


@pytest.mark.parametrize("raw", [b"webhook_id=7", b"webhook_id=12345678901234567890"])
def test_the_ping_is_told_by_its_body_alone(raw):
    assert woocommerce.is_ping(raw, {"content-type": "application/x-www-form-urlencoded"})


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"webhook_id=",
        b"webhook_id=7\n",
        b"webhook_id=7&x=1",
        b"webhook_id=-7",
        b"x=1&webhook_id=7",
        b'{"webhook_id":7}',
        b"webhook_id=" + b"7" * 21,
        b"webhook_id=\xd9\xa7",
        b" webhook_id=7",
    ],
)
def test_anything_else_unsigned_is_no_ping_and_refused(raw):
    assert not woocommerce.is_ping(raw, {})
    with pytest.raises(InvalidSignatureError):
        woocommerce.verify(raw, {}, [SECRET], NOW)


def test_a_signed_body_is_never_a_ping():
    assert not woocommerce.is_ping(b"webhook_id=7", {"x-wc-webhook-signature": ""})


def test_each_coupon_is_told_with_what_it_took_off():
    body = read_payload("woocommerce/order")
    assert "discounts" not in read_body("order.created", body).notes
    told = {**body, "coupon_lines": [{"id": 1, "code": "back-k", "discount": "2.10"}, {"id": 2, "code": "x"}]}
    assert read_body("order.created", told).notes["discounts"] == {"BACK-K": "2.10"}


def test_an_order_of_a_guest_is_read_in_full():
    reading = read_body("order.created", read_payload("woocommerce/order"))
    assert (reading.kind, reading.sender_id, reading.email) == ("order", "", "jose@example.com")
    assert reading.fields == {"name": "José D'Arc", "address": "1 Fish & Chips Road, LS1 1AA Leeds, GB"}
    (order,) = reading.orders
    assert (order.id, order.number, order.state, order.currency) == ("727", "727", OrderState.PAID, "GBP")
    assert (order.total, order.codes) == (Decimal("29.35"), ("autumn",))
    assert order.refunds == {"726": Decimal("10.00")}
    assert [(i.title, str(i.price), i.quantity) for i in order.items] == [
        ("Ship Your Idea – Black", "3", 2),
        ("Tea", "12.5", 1),
    ]
    assert order.placed_at == datetime(2026, 10, 8, 15, 28, 2, tzinfo=UTC)
    assert order.updated_at == datetime(2026, 10, 8, 15, 28, 8, tzinfo=UTC)


def test_the_shop_is_its_address_and_the_time_is_greenwichs():
    submission = parse_body("order.updated", read_payload("woocommerce/order"))
    assert submission.shop == "shop.example"
    assert submission.occurred_at == datetime(2026, 10, 8, 15, 28, 8, tzinfo=UTC)
    assert submission.trust is Trust.SIGNED


def test_two_orders_of_one_second_do_not_share_a_claim():
    assert parse_body("order.created", read_payload("woocommerce/order")).claims == ()


def test_a_known_customer_is_known_by_id():
    body = {**read_payload("woocommerce/order"), "customer_id": 25}
    assert read_body("order.updated", body).sender_id == "25"
    reading = read_body("customer.updated", read_payload("woocommerce/customer"))
    assert (reading.kind, reading.sender_id, reading.email) == ("customer", "25", "jose@example.com")
    assert reading.fields["name"] == "José D'Arc"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", OrderState.UNPAID),
        ("auto-draft", OrderState.UNPAID),
        ("on-hold", OrderState.OPEN),
        ("processing", OrderState.PAID),
        ("completed", OrderState.PAID),
        ("refunded", OrderState.REFUNDED),
        ("cancelled", OrderState.CANCELLED),
        ("failed", OrderState.UNPAID),
        ("trash", OrderState.CANCELLED),
        ("wc-delivered", OrderState.OPEN),
        ("a-plugins-own", OrderState.OPEN),
    ],
)
def test_an_orders_state_follows_its_status(status, state):
    body = {**read_payload("woocommerce/order"), "status": status}
    assert read_body("order.updated", body).orders[0].state is state


def test_a_draft_is_a_visitors_cart_and_not_an_order():
    body = read_payload("woocommerce/order-draft")
    submission = parse_body("order.created", body)
    reading = woocommerce.interpret(submission)
    assert (reading.kind, reading.orders, reading.fields) == ("cart", (), {})
    assert submission.trust is Trust.OWN


def test_what_is_deleted_comes_as_its_id_alone_and_changes_nothing():
    assert read_body("order.deleted", read_payload("woocommerce/order-deleted")).orders == ()
    assert read_body("customer.deleted", {"id": 25}).sender_id == "25"


@pytest.mark.parametrize(
    ("topic", "body"),
    [
        ("order.created", {"id": 1}),
        ("order.created", {"billing": {}}),
        ("order.created", {"id": None, "billing": {}}),
        ("order.created", "woocommerce/customer"),
        ("customer.updated", "woocommerce/order"),
        ("order.deleted", {}),
    ],
)
def test_a_body_that_is_not_what_its_topic_promises_is_kept_and_cannot_be_read(topic, body):
    with pytest.raises(UnreadableError):
        read_submission(parse_body(topic, read_payload(body) if isinstance(body, str) else body))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-wc-webhook-topic", ""),
        ("x-wc-webhook-topic", "order"),
        ("x-wc-webhook-topic", "order.created, order.updated"),
        ("x-wc-webhook-source", ""),
        ("x-wc-webhook-source", "https://a.example/, https://b.example/"),
    ],
)
def test_a_missing_odd_or_repeated_header_is_kept_and_cannot_be_read(name, value):
    submission = parse_body("order.created", read_payload("woocommerce/order"), **{name: value})
    with pytest.raises(UnreadableError):
        read_submission(submission)


@pytest.mark.parametrize("leaf", ["billing", "line_items", "refunds", "coupon_lines", "total", "date_modified_gmt"])
@pytest.mark.parametrize("odd", [None, 5, "", "x", [], [None, 1], {}, {"email": 5}])
def test_an_odd_leaf_never_stops_a_reading(leaf, odd):
    assert read_body("order.updated", {**read_payload("woocommerce/order"), leaf: odd}).orders[0].id == "727"


def test_a_topic_that_we_do_not_know_is_kept_whole():
    assert read_body("product.updated", {"id": 5, "name": "Tea"}).kind == "other"


@pytest.mark.parametrize(
    ("source", "shop"),
    [
        ("https://shop.example/", "shop.example"),
        ("https://shop.example/?lang=de", "shop.example"),
        ("https://shop.example/de/", "shop.example"),
        ("https://SHOP.example/my%20shop/", "shop.example"),
        ("http://shop.example:8080/", "shop.example:8080"),
        ("https://münchen.example/", "xn--mnchen-3ya.example"),
        ("https://xn--mnchen-3ya.example/", "xn--mnchen-3ya.example"),
    ],
)
def test_the_shop_is_the_host_alone(source, shop):
    submission = parse_body("order.created", read_payload("woocommerce/order"), **{"x-wc-webhook-source": source})
    assert submission.shop == shop
    assert read_submission(submission).orders
