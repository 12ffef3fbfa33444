"""Shopify: what each topic promises, what an odd leaf does to a reading, and what a body means."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from chalicelib.errors import UnreadableError
from chalicelib.models import ConsentState, OrderState, Trust
from chalicelib.senders import read_submission, shopify
from chalicelib.senders.shopify.shapes import FAMILIES, SHAPES
from tests.payloads.deliveries import NOW, SHOP, read_payload, sign_delivery, write_body

# One invented body for each family of topics.
BODIES = {
    "order": "order",
    "order deleted": "order-deleted",
    "refund": "refund",
    "customer": "customer",
    "customer deleted": "customer-deleted",
    "customer merge": "customer-merge",
    "email consent": "email-consent",
    "sms consent": "sms-consent",
    "checkout": "checkout",
    "checkout deleted": "checkout-deleted",
    "cart": "cart",
    "data request": "data-request",
    "customer redact": "customer-redact",
    "shop redact": "shop-redact",
}
TOPICS = {family: topic for topic, family in FAMILIES.items()}
# orders/delete sent the whole order in 2023-01; what is deleted stays bought. An id alone is a deleted checkout too.
ALIKE = {("order deleted", "order"), ("checkout deleted", "order deleted")}
MISSING = object()


def parse_body(topic, body, **headers):
    raw = write_body(body)
    return shopify.parse(raw, {**sign_delivery("shopify", raw, topic), **headers}, NOW)


def read_body(topic, body, **headers):
    return shopify.interpret(parse_body(topic, body, **headers))


def change_leaf(body, path, value):
    """Return a copy of a body with one leaf replaced, or removed."""
    name, _, rest = path.partition(".")
    copy = {**body}
    if rest:
        copy[name] = change_leaf(copy[name], rest, value)
    elif value is MISSING:
        copy.pop(name)
    else:
        copy[name] = value
    return copy


@pytest.mark.parametrize("family", SHAPES)
@pytest.mark.parametrize("body_family", SHAPES)
def test_a_body_is_taken_under_its_own_topics_only(family, body_family):
    body = read_payload(f"shopify/{BODIES[body_family]}")
    submission = parse_body(TOPICS[family], body)  # whatever it is, it is kept
    assert submission.topic == TOPICS[family]
    if family == body_family or (family, body_family) in ALIKE:
        assert read_submission(submission)
        return
    with pytest.raises(UnreadableError):
        read_submission(submission)


@pytest.mark.parametrize("topic", FAMILIES)
def test_every_topic_takes_its_own_body(topic):
    submission = parse_body(topic, read_payload(f"shopify/{BODIES[FAMILIES[topic]]}"))
    assert (submission.sender, submission.shop, submission.topic) == ("shopify", SHOP, topic)
    assert submission.received_at == NOW


@pytest.mark.parametrize("family", SHAPES)
@pytest.mark.parametrize("odd", [MISSING, None, True, 1.5, {}, []])
def test_a_body_without_what_its_topic_promises_is_kept_and_cannot_be_read(family, odd):
    body = read_payload(f"shopify/{BODIES[family]}")
    for name, types in SHAPES[family].has.items():
        value = Decimal("1.5") if odd == 1.5 else odd
        if value is not MISSING and isinstance(value, types) and value is not True:
            continue
        submission = parse_body(TOPICS[family], change_leaf(body, name, odd))
        with pytest.raises(UnreadableError) as caught:
            read_submission(submission)
        assert name in str(caught.value) or TOPICS[family] in str(caught.value)


@pytest.mark.parametrize("topic", ["customers/data_request", "customers/redact", "shop/redact"])
def test_a_compliance_body_of_another_shop_cannot_be_read(topic):
    body = read_payload(f"shopify/{BODIES[FAMILIES[topic]]}")
    assert read_body(topic, body)
    with pytest.raises(UnreadableError):
        read_body(topic, {**body, "shop_domain": "other.myshopify.com"})
    with pytest.raises(UnreadableError):
        read_body(topic, body, **{"x-shopify-shop-domain": "other.myshopify.com"})


def test_an_id_of_another_kind_of_thing_cannot_be_read():
    body = {**read_payload("shopify/order-deleted"), "admin_graphql_api_id": "gid://shopify/Product/1"}
    with pytest.raises(UnreadableError):
        read_body("orders/delete", body)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-shopify-topic", ""),
        ("x-shopify-topic", "orders/create, orders/paid"),
        ("x-shopify-topic", "orders"),
        ("x-shopify-topic", "Orders/Create"),
        ("x-shopify-topic", "orders/create\n"),
        ("x-shopify-topic", "o" * 200 + "/create"),
        ("x-shopify-shop-domain", ""),
        ("x-shopify-shop-domain", "a.myshopify.com, b.myshopify.com"),
        ("x-shopify-shop-domain", "köpek.example"),
    ],
)
def test_a_delivery_with_a_missing_odd_or_repeated_header_is_kept_and_cannot_be_read(name, value):
    submission = parse_body("orders/create", read_payload("shopify/order"), **{name: value})
    assert submission.topic == "unknown" or submission.shop == ""
    with pytest.raises(UnreadableError):
        read_submission(submission)


@pytest.mark.parametrize("raw", [b"", b"null", b"1", b'"x"', b"[]", b"{", b'{"id":1}{}'])
def test_what_is_no_object_is_kept_and_cannot_be_read(raw):
    submission = shopify.parse(raw, sign_delivery("shopify", raw, "orders/create"), NOW)
    assert submission.body == raw
    with pytest.raises(UnreadableError):
        read_submission(submission)


def test_a_topic_that_we_do_not_know_is_kept_whole():
    body = read_payload("shopify/draft-order")
    submission = parse_body("draft_orders/create", body)
    assert submission.body == write_body(body)
    assert shopify.interpret(submission).kind == "other"


def test_shopifys_ids_are_claimed_and_odd_ones_are_not():
    body = read_payload("shopify/order")
    assert parse_body("orders/create", body).claims == (
        "event:98880550-7158-44d4-b7cd-2c97c8a091b5",
        "webhook:b528b59e-04ea-4957-8778-19141f4b3c79",
    )
    odd = {"x-shopify-event-id": "", "x-shopify-webhook-id": "a, b"}
    assert parse_body("orders/create", body, **odd).claims == ()


def test_what_a_visitor_types_before_an_order_does_not_count_as_signed():
    for family in SHAPES:
        submission = parse_body(TOPICS[family], read_payload(f"shopify/{BODIES[family]}"))
        typed = family in ("checkout", "checkout deleted", "cart")
        assert submission.trust is (Trust.OWN if typed else Trust.SIGNED)


@pytest.mark.parametrize(
    ("updated_at", "noticed", "expected"),
    [
        ("2026-10-02T10:00:00.5+05:00", "2026-11-22T11:59:58Z", datetime(2026, 10, 2, 5, 0, 0, 500_000, UTC)),
        (None, "2026-11-22T11:59:58.136738016Z", datetime(2026, 11, 22, 11, 59, 58, 136_738, UTC)),
        ("not a time", "2026-11-22T11:59:58Z", datetime(2026, 11, 22, 11, 59, 58, tzinfo=UTC)),
        ("2026-10-02T10:00:00", "2026-11-22T11:59:58Z", datetime(2026, 11, 22, 11, 59, 58, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", "", NOW),
        ("9999-12-31T23:59:59-14:00", "", NOW),
        (None, "", NOW),
        (None, "é", NOW),
        (20261002, "2027-01-01T00:00:00Z", NOW),
        ("2126-10-02T10:00:00Z", "2026-11-22T11:59:58Z", NOW),
    ],
)
def test_when_it_happened_is_the_things_own_time_never_later_than_now(updated_at, noticed, expected):
    body = {**read_payload("shopify/order"), "updated_at": updated_at}
    assert parse_body("orders/updated", body, **{"x-shopify-triggered-at": noticed}).occurred_at == expected


def test_an_order_is_read_in_full():
    reading = read_body("orders/paid", read_payload("shopify/order"))
    assert reading.kind == "order"
    assert reading.sender_id == "706405506930370084"
    assert (reading.email, reading.phone) == ("asha@example.com", "+77010000001")
    assert reading.fields == {
        "name": "Asha Rao",
        "address": "12 Tea Lane, 050000 Almaty, Kazakhstan",
        "language": "kk-KZ",
    }
    (order,) = reading.orders
    assert (order.id, order.number, order.state) == ("820982911946154508", "#1001", OrderState.PAID)
    assert (str(order.total), order.currency, order.codes) == ("29.40", "EUR", ("WELCOME10",))
    assert [(i.title, i.quantity, str(i.price), i.sku) for i in order.items] == [
        ("Jasmine tea", 2, "9.95", "TEA-1"),
        ("Cup", 1, "9.50", "CUP-1"),
    ]
    assert order.items[0].product_id == "788032119674292923"
    assert order.placed_at == datetime(2026, 10, 1, 13, 30, tzinfo=UTC)
    assert order.updated_at == datetime(2026, 10, 2, 5, 0, 0, 500_000, UTC)
    assert (order.test, order.refunds) == (False, {})


@pytest.mark.parametrize(
    ("leaf", "value"),
    [
        ("customer", None),
        ("customer", MISSING),
        ("customer.email", None),
        ("customer.email", ["asha@example.com"]),
        ("customer.email", {"a": 1}),
        ("customer.email", 5),
        ("customer.id", None),
        ("customer.default_address", None),
        ("billing_address", MISSING),
        ("line_items", [None, 1, "x", {}, {"quantity": None}, {"quantity": "2"}, {"price": {}}, {"price": True}]),
        ("discount_codes", None),
        ("discount_codes", [None, {"code": None}, {"code": 5}]),
        ("refunds", {"a": 1}),
        ("refunds", [{}, {"id": None, "refund_line_items": 7}]),
        ("total_price_set", None),
        ("total_price_set", {"shop_money": []}),
        ("total_price", "one hundred"),
        ("total_price", "NaN"),
        ("total_price", "１２"),
        ("total_price", "1e999"),
        ("total_price", None),
        ("processed_at", "yesterday"),
        ("updated_at", 7),
        ("test", "false"),
        ("financial_status", None),
        ("cancelled_at", 1),
        ("customer_locale", []),
        ("customer.email_marketing_consent", "subscribed"),
        ("customer.email_marketing_consent.state", 5),
        ("customer.email_marketing_consent.consent_updated_at", "soon"),
    ],
)
def test_a_missing_or_odd_leaf_never_stops_a_reading(leaf, value):
    reading = read_body("orders/updated", change_leaf(read_payload("shopify/order"), leaf, value))
    assert reading.orders[0].id == "820982911946154508"


def test_a_guest_without_an_address_is_still_an_order():
    reading = read_body("orders/create", read_payload("shopify/order-guest"))
    assert (reading.email, reading.phone, reading.sender_id, reading.consents) == ("", "", "", ())
    assert reading.orders[0].number == "#1002"


def test_a_guests_own_address_is_read():
    body = {**read_payload("shopify/order-guest"), "email": "guest@example.org", "contact_email": "x@example.org"}
    assert read_body("orders/create", body).email == "guest@example.org"
    assert read_body("orders/create", {**body, "email": None}).email == "x@example.org"


def test_a_gift_is_not_the_buyers_address():
    body = change_leaf(read_payload("shopify/order"), "customer.default_address", None)
    assert "Rose Street" not in str(read_body("orders/create", body).fields)
    assert read_body("orders/create", body).fields["address"].startswith("12 Tea Lane")


@pytest.mark.parametrize(
    ("status", "cancelled_at", "state"),
    [
        ("pending", None, OrderState.OPEN),
        ("authorized", None, OrderState.OPEN),
        ("paid", None, OrderState.PAID),
        ("partially_refunded", None, OrderState.PAID),
        ("refunded", None, OrderState.REFUNDED),
        ("refunded", "2026-10-02T10:00:00Z", OrderState.REFUNDED),
        ("paid", "2026-10-02T10:00:00Z", OrderState.CANCELLED),
        ("voided", None, OrderState.CANCELLED),
        ("something new", None, OrderState.OPEN),
    ],
)
@pytest.mark.parametrize("topic", [topic for topic, family in FAMILIES.items() if family == "order"])
def test_an_orders_state_is_read_from_its_body_never_from_the_topic(topic, status, cancelled_at, state):
    body = {**read_payload("shopify/order"), "financial_status": status, "cancelled_at": cancelled_at}
    assert read_body(topic, body).orders[0].state is state


def test_what_each_code_took_off_is_noted_in_capitals_and_an_unknown_amount_is_not_zero():
    codes = [{"code": "back-k7", "amount": "2.10", "type": "percentage"}, {"code": "SPRING"}]
    read = read_body("orders/create", {**read_payload("shopify/order-guest"), "discount_codes": codes})
    assert read.notes["discounts"] == {"BACK-K7": "2.10"}
    assert read.orders[0].codes == ("back-k7", "SPRING")


def test_the_same_refund_is_the_same_in_its_own_body_and_in_its_order():
    body = read_payload("shopify/refund")
    (refund,) = read_body("refunds/create", body).refunds
    order = {**read_payload("shopify/order"), "refunds": [body], "financial_status": "partially_refunded"}
    refunds = read_body("orders/updated", order).orders[0].refunds
    assert (refund.id, refund.order_id, refund.currency) == ("890088186047892319", "820982911946154508", "EUR")
    assert refunds == {refund.id: refund.amount} == {"890088186047892319": Decimal("10.07")}


def test_money_that_moved_back_outweighs_what_the_lines_come_to():
    paid = {"kind": "refund", "status": "success", "amount": "4.00", "currency": "EUR"}
    failed = {**paid, "status": "failure", "amount": "99.00"}
    sale = {**paid, "kind": "sale", "amount": "29.40"}
    body = {**read_payload("shopify/refund"), "transactions": [paid, failed, sale, paid]}
    assert read_body("refunds/create", body).refunds[0].amount == Decimal("8.00")


def test_money_that_moved_back_in_the_buyers_currency_is_not_added_to_the_shops():
    paid = {"kind": "refund", "status": "success", "amount": "5236.40", "currency": "KZT"}
    body = {**read_payload("shopify/refund"), "transactions": [paid]}
    assert read_body("refunds/create", body).refunds[0].amount == Decimal("10.07")


def test_refunded_shipping_is_a_negative_adjustment():
    adjustment = {"amount": "-5.00", "tax_amount": "0.00", "kind": "shipping_refund"}
    body = {**read_payload("shopify/refund"), "order_adjustments": [adjustment], "refund_line_items": []}
    assert read_body("refunds/create", body).refunds[0].amount == Decimal("5.00")


def test_a_customer_is_read_with_what_they_decided():
    reading = read_body("customers/update", read_payload("shopify/customer"))
    assert (reading.kind, reading.sender_id, reading.email) == ("customer", "706405506930370084", "asha@example.com")
    (consent,) = reading.consents
    assert (consent.purpose, consent.state, consent.grade) == ("marketing", ConsentState.GIVEN, "signed")
    assert consent.at == datetime(2026, 2, 1, 7, tzinfo=UTC)
    assert consent.channel == "shopify"


def test_a_customer_of_2025_says_nothing_of_consent():
    reading = read_body("customers/update", read_payload("shopify/customer-2025-01"))
    assert (reading.email, reading.fields["name"], reading.consents) == ("asha@example.com", "Asha Rao", ())


def test_a_customer_without_protected_fields_is_known_by_id_alone():
    body = {**read_payload("shopify/customer-2025-01"), "email": None, "phone": None, "first_name": None}
    reading = read_body("customers/create", {**body, "last_name": None, "default_address": None})
    assert (reading.sender_id, reading.email, reading.phone, reading.fields) == ("706405506930370084", "", "", {})


def test_a_deleted_customer_is_noted_and_not_forgotten():
    reading = read_body("customers/delete", read_payload("shopify/customer-deleted"))
    assert (reading.kind, reading.sender_id, reading.fields) == ("customer", "706405506930370084", {})


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("subscribed", ConsentState.GIVEN),
        ("SUBSCRIBED", ConsentState.GIVEN),
        ("pending", ConsentState.PENDING),
        ("unsubscribed", ConsentState.WITHDRAWN),
        ("redacted", ConsentState.WITHDRAWN),
        ("not_subscribed", None),
        ("invalid", None),
        ("something new", None),
        ("", None),
        (None, None),
        (5, None),
    ],
)
def test_only_a_statement_of_will_is_a_consent(state, expected):
    body = change_leaf(read_payload("shopify/email-consent"), "email_marketing_consent.state", state)
    reading = read_body("customers_email_marketing_consent/update", body)
    assert [consent.state for consent in reading.consents] == ([expected] if expected else [])
    assert (reading.kind, reading.sender_id, reading.email) == ("consent", "706405506930370084", "asha@example.com")


def test_the_blank_consent_of_a_test_delivery_says_nothing():
    reading = read_body("customers_email_marketing_consent/update", read_payload("shopify/email-consent-blank"))
    assert (reading.sender_id, reading.email, reading.consents) == ("706405506930370084", "", ())


def test_consent_to_text_messages_is_another_purpose():
    reading = read_body("customers_marketing_consent/update", read_payload("shopify/sms-consent"))
    assert [(c.purpose, c.state) for c in reading.consents] == [("sms", ConsentState.GIVEN)]
    assert (reading.sender_id, reading.phone) == ("706405506930370084", "+77010000001")


def test_a_ticked_box_counts_from_when_the_order_was_made_however_often_it_is_repeated():
    body = change_leaf(read_payload("shopify/order"), "customer.email_marketing_consent", None)
    later = {**body, "updated_at": "2026-11-20T10:00:00Z"}
    (consent,) = read_body("orders/updated", later).consents
    assert (consent.state, consent.at) == (ConsentState.GIVEN, datetime(2026, 10, 1, 13, 30, tzinfo=UTC))


@pytest.mark.parametrize("ticked", [False, None, "true", 1, MISSING])
def test_a_box_not_ticked_says_nothing(ticked):
    body = change_leaf(read_payload("shopify/order"), "customer.email_marketing_consent", None)
    assert read_body("orders/create", change_leaf(body, "buyer_accepts_marketing", ticked)).consents == ()


@pytest.mark.parametrize("state", ["not_subscribed", "unsubscribed", "pending"])
def test_the_customers_own_state_outweighs_the_tick(state):
    body = change_leaf(read_payload("shopify/order"), "customer.email_marketing_consent.state", state)
    assert ConsentState.GIVEN not in [consent.state for consent in read_body("orders/create", body).consents]


def test_a_stated_consent_without_a_time_is_as_old_as_can_be():
    leaf = "email_marketing_consent.consent_updated_at"
    (consent,) = read_body("customers/update", change_leaf(read_payload("shopify/customer"), leaf, None)).consents
    assert consent.at == datetime(2026, 1, 5, 4, tzinfo=UTC)


def test_a_checkout_is_a_cart_and_no_consent_and_no_profile():
    reading = read_body("checkouts/update", read_payload("shopify/checkout"))
    assert (reading.kind, reading.email, reading.sender_id) == ("cart", "someone.else@example.org", "")
    assert (reading.consents, reading.fields, reading.orders) == ((), {}, ())
    assert reading.entry.kind == "cart"
    assert reading.entry.values["recover_url"].startswith("https://shop.example/")
    assert reading.entry.values["total"] == "9.95"
    assert reading.entry.values["items"][0]["title"] == "Jasmine tea"


def test_a_cart_without_a_person_is_kept():
    reading = read_body("carts/update", read_payload("shopify/cart"))
    assert (reading.kind, reading.email, reading.entry.values["token"]) == ("cart", "", "c1-33f11f7a1ec7d93b")


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        ({"id": 5, "email": "a@example.com", "phone": "+77010000001"}, ("5", "a@example.com", "+77010000001")),
        ({"email": "a@example.com"}, ("", "a@example.com", "")),
        ({"id": 5}, ("5", "", "")),
        ({"id": 5, "email": None, "phone": None}, ("5", "", "")),
        ({}, ("", "", "")),
    ],
)
@pytest.mark.parametrize("family", ["data request", "customer redact"])
def test_a_compliance_request_names_whom_it_can(family, customer, expected):
    body = {**read_payload(f"shopify/{BODIES[family]}"), "customer": customer}
    reading = read_body(TOPICS[family], body)
    assert (reading.sender_id, reading.email, reading.phone) == expected
    assert (reading.kind, reading.fields, reading.consents) == ("compliance", {}, ())
    assert reading.entry.values["topic"] == TOPICS[family]
    assert reading.entry.values["orders"] == ["820982911946154508"]


def test_a_shops_redaction_names_nobody():
    reading = read_body("shop/redact", read_payload("shopify/shop-redact"))
    assert (reading.kind, reading.sender_id, reading.email) == ("compliance", "", "")


def test_a_body_that_cannot_be_what_it_claims_is_unreadable():
    good = parse_body("orders/create", read_payload("shopify/order"))
    for body in (b"", b"[]", b'{"id":1}', write_body(read_payload("shopify/customer"))):
        with pytest.raises(UnreadableError) as caught:
            shopify.interpret(good.model_copy(update={"body": body}))
        assert "asha" not in str(caught.value)
        assert caught.value.__cause__ is None


def test_an_older_delivery_is_read_with_the_same_meaning_whenever_it_is_read():
    body = write_body(read_payload("shopify/order"))
    early = shopify.parse(body, sign_delivery("shopify", body, "orders/paid"), NOW)
    late = shopify.parse(body, sign_delivery("shopify", body, "orders/paid"), NOW + timedelta(days=40))
    assert shopify.interpret(early) == shopify.interpret(late)
