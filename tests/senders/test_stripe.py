"""Stripe: signatures with a time and a rotation, minor units, one purchase told by three events, consents."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from chalicelib.errors import InvalidSignatureError, UnreadableError
from chalicelib.models import ConsentState, OrderState, Profile, ReadingKind, Trust
from chalicelib.people.profile import Record, fold_event
from chalicelib.senders import read_submission, stripe
from tests.payloads.deliveries import NOW, SECRET, read_payload, sign_delivery, stamp_hex, write_body

STAMP = int(NOW.timestamp())
RAW = write_body({"id": "evt_1", "type": "customer.created"})
GOOD = stamp_hex(RAW, SECRET, STAMP)


def verify(signature, *, secrets=(SECRET,), now=NOW, raw=RAW):
    stripe.verify(raw, {"stripe-signature": signature}, secrets, now)


def parse_event(event):
    return stripe.parse(write_body(event), {}, NOW)


def read_event(payload, **changes):
    """Read an invented event with other values in its object."""
    event = read_payload(f"stripe/{payload}")
    event["data"]["object"].update(changes)
    return stripe.interpret(parse_event(event))


def fold(*events):
    record = Record(Profile(customer_id="c"))
    for number, event in enumerate(events):
        submission = parse_event(event)
        record = fold_event(record, str(number), submission, stripe.interpret(submission))
    return record


@pytest.mark.parametrize("moment", [-299, 0, 299])
def test_a_signature_is_good_for_five_minutes(moment):
    verify(f"t={STAMP},v1={GOOD}", now=NOW + timedelta(seconds=moment))


@pytest.mark.parametrize("moment", [-302, 302, 10**7])
def test_a_signature_is_good_no_longer(moment):
    with pytest.raises(InvalidSignatureError):
        verify(f"t={STAMP},v1={GOOD}", now=NOW + timedelta(seconds=moment))


ROTATING = {
    "old and new": f"t={STAMP},v1={'0' * 64},v1={GOOD}",
    "new and old": f"t={STAMP},v1={GOOD},v1={'0' * 64}",
    "with other schemes": f"t={STAMP},v0={'1' * 64},v1={GOOD},v2=x,w",
    "time last": f"v1={GOOD},t={STAMP}",
}


@pytest.mark.parametrize("signature", ROTATING.values(), ids=ROTATING)
def test_one_good_signature_of_version_1_is_enough(signature):
    verify(signature)
    verify(signature, secrets=[b"another", SECRET])


BROKEN = {
    "missing": "",
    "no time": f"v1={GOOD}",
    "two times": f"t={STAMP},t={STAMP},v1={GOOD}",
    "another time": f"t={STAMP + 1},v1={GOOD}",
    "no signature": f"t={STAMP}",
    "empty signature": f"t={STAMP},v1=",
    "version 0 alone": f"t={STAMP},v0={GOOD}",
    "capitals": f"t={STAMP},v1={GOOD.upper()}",
    "behind a space": f"t={STAMP}, v1={GOOD}",
    "junk behind": f"t={STAMP},v1={GOOD}0",
    "time in other digits": f"t=١٢٣,v1={GOOD}",
    "another secret": f"t={STAMP},v1={stamp_hex(RAW, b'other', STAMP)}",
    "no secret": f"t={STAMP},v1={stamp_hex(RAW, b'', STAMP)}",
    "body alone": f"t={STAMP},v1={stamp_hex(b'', SECRET, STAMP)}",
}


@pytest.mark.parametrize("signature", BROKEN.values(), ids=BROKEN)
def test_every_other_signature_is_refused(signature):
    with pytest.raises(InvalidSignatureError):
        verify(signature, secrets=[SECRET, b""])


def test_a_paid_checkout_is_a_purchase():
    submission = parse_event(read_payload("stripe/checkout"))
    reading = stripe.interpret(submission)

    assert (submission.trust, submission.claims) == (Trust.SIGNED, ("event:evt_1RegularsCheckout",))
    assert (submission.shop, submission.occurred_at) == ("", datetime(2026, 11, 20, 10, 1, tzinfo=UTC))
    assert (reading.kind, reading.sender_id) == (ReadingKind.ORDER, "cus_Ines1")
    assert (reading.email, reading.phone) == ("ines.duarte@example.org", "+351912345678")
    assert reading.fields == {
        "name": "Inês Duarte",
        "address": "Rua das Flores 12, 1200-195 Lisbon, PT",
        "language": "pt",
    }
    (order,) = reading.orders
    assert (order.id, order.state, order.test) == ("pi_Tea1", OrderState.PAID, False)
    assert (str(order.total), order.currency) == ("45.50", "EUR")


def test_a_yes_that_was_ticked_dates_from_the_checkout_and_is_not_signed():
    (consent,) = read_event("checkout").consents

    assert (consent.purpose, consent.state, consent.grade) == ("marketing", ConsentState.GIVEN, "typed")
    assert consent.at == datetime(2026, 11, 20, 9, 58, tzinfo=UTC)


@pytest.mark.parametrize("consent", [None, {}, *({"promotions": word} for word in (None, "opt_out", True)), "x"])
def test_everything_else_is_no_consent(consent):
    assert read_event("checkout", consent=consent).consents == ()


@pytest.mark.parametrize("status", ["unpaid", "no_payment_required", None, "PAID", ""])
def test_a_checkout_that_is_not_paid_is_no_purchase(status):
    reading = read_event("checkout-unpaid", payment_status=status)

    assert (reading.kind, reading.orders, reading.consents) == (ReadingKind.CUSTOMER, (), ())
    assert (reading.email, reading.sender_id) == ("rui.matos@example.org", "")
    assert "language" not in reading.fields  # `auto` is none


def test_a_payment_that_comes_later_is_the_purchase():
    event = read_payload("stripe/checkout-unpaid")
    paid = json.loads(json.dumps(event)) | {"id": "evt_2", "type": "checkout.session.async_payment_succeeded"}
    paid["data"]["object"]["payment_status"] = "paid"

    assert fold(event).profile.last_purchase is None
    assert fold(event, paid).profile.last_purchase is not None


MONEY = [
    ("eur", 4550, "45.50"),
    ("usd", 1, "0.01"),
    ("jpy", 4550, "4550"),
    ("krw", 1000, "1000"),
    ("mga", 500, "500"),
    ("kwd", 12500, "12.500"),
    ("bhd", 5, "0.005"),
    ("isk", 500, "5.00"),  # without decimals in ISO 4217, with two at Stripe
    ("ugx", 500, "5.00"),
    ("usd", 99_999_999_999, "999999999.99"),
    ("usd", None, "0.00"),
    ("usd", "x", "0.00"),
]


@pytest.mark.parametrize(("currency", "amount", "total"), MONEY)
def test_amounts_are_in_the_currencys_own_smallest_unit(currency, amount, total):
    (order,) = read_event("checkout", currency=currency, amount_total=amount).orders

    assert (str(order.total), order.currency) == (total, currency.upper())


def test_test_mode_and_a_connected_account_are_told():
    submission = parse_event(read_payload("stripe/checkout-yen"))
    (order,) = stripe.interpret(submission).orders

    assert submission.shop == "acct_1Branch"
    assert (order.test, str(order.total), order.currency) == (True, "4550", "JPY")


def test_a_paid_invoice_is_a_purchase_with_its_lines():
    reading = read_event("invoice")
    (order,) = reading.orders

    assert (reading.kind, reading.sender_id, reading.email) == (ReadingKind.ORDER, "cus_Noor2", "noor.aziz@example.org")
    assert (order.id, order.number, str(order.total), order.currency) == ("in_Box1", "REG-0007", "12.500", "KWD")
    assert [(item.title, item.product_id, item.quantity, str(item.price)) for item in order.items] == [
        ("Tea box, monthly", "prod_Tea", 2, "5.000"),
        ("Cup", "prod_Cup", 1, "2.500"),
    ]


def test_lines_of_newer_versions_are_read_too():
    pricing = {"price_details": {"product": "prod_New"}, "unit_amount_decimal": "12.5"}
    (order,) = read_event(
        "invoice", currency="usd", lines={"data": [{"description": "Tea", "pricing": pricing}]}
    ).orders

    assert [(item.product_id, item.quantity, str(item.price)) for item in order.items] == [("prod_New", 1, "0.125")]


def test_an_invoice_below_zero_is_no_purchase():
    assert read_event("invoice", total=-500).orders == ()
    assert len(read_event("invoice", total=0).orders) == 1


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_checkout_invoice_and_refund_of_one_purchase_are_one_order(order):
    checkout, invoice, refund = (read_payload(f"stripe/{name}") for name in ("checkout", "invoice", "refund"))
    opened = invoice["data"]["object"]["created"] - 60
    checkout["data"]["object"].update({"invoice": "in_Box1", "amount_total": 12500, "currency": "kwd"})
    checkout["data"]["object"]["created"] = opened
    refund["data"]["object"].update({"invoice": "in_Box1", "amount": 12500, "currency": "kwd"})
    events = (checkout, invoice, refund)
    record = fold(*(events[number] for number in order))

    (row,) = record.orders.values()
    held = row.order
    assert (held.id, held.number, len(held.items), held.state) == ("in_Box1", "REG-0007", 2, OrderState.PAID)
    assert [one.order_id for one in row.refunds.values()] == ["in_Box1"]


def test_a_refund_is_what_was_added_to_those_before():
    reading = read_event("refund")
    (refund,) = reading.refunds

    assert (reading.kind, reading.sender_id, reading.orders) == (ReadingKind.REFUND, "cus_Ines1", ())
    assert (refund.id, refund.order_id) == ("ch_Tea1:1550", "pi_Tea1")
    assert (str(refund.amount), refund.currency) == ("5.50", "EUR")


def test_two_refunds_of_one_charge_add_up_and_a_repeated_one_does_not():
    second = read_payload("stripe/refund")
    first = json.loads(json.dumps(second))
    first["data"]["object"]["amount_refunded"] = 1000
    first["data"]["previous_attributes"] = {"amount_refunded": 0}
    (row,) = fold(second, first, second).orders.values()
    refunds = row.refunds.values()

    assert sum(refund.amount for refund in refunds) == Decimal("15.50")


def test_a_charge_that_is_refunded_whole_is_no_purchase_any_more():
    checkout, refund = read_payload("stripe/checkout"), read_payload("stripe/refund")
    refund["data"]["object"].update({"refunded": True, "amount_refunded": 4550})

    assert fold(checkout).profile.last_purchase is not None
    for events in ((checkout, refund), (refund, checkout)):
        record = fold(*events)
        assert [row.order.state for row in record.orders.values()] == [OrderState.REFUNDED]
        assert record.profile.last_purchase is None


def test_a_customer_is_read():
    reading = read_event("customer")

    assert (reading.kind, reading.sender_id, reading.email) == (
        ReadingKind.CUSTOMER,
        "cus_Ines1",
        "ines.duarte@example.org",
    )
    assert reading.fields["language"] == "pt-PT"
    assert read_event("customer", preferred_locales=[], address=None, name=None).fields == {}


@pytest.mark.parametrize("event_type", ["customer.subscription.created", "a.type.of.tomorrow", "v1.billing.meter"])
def test_any_other_type_is_kept_and_names_nobody(event_type):
    submission = parse_event(read_payload("stripe/other") | {"type": event_type})
    reading = stripe.interpret(submission)

    assert submission.topic == event_type
    assert reading.model_dump(exclude_defaults=True) == {"kind": "other"}


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b"\xff", b'{"a":1,"a":2}', b'{"type":' + b"[" * 99, b"not json"])
def test_a_signed_body_that_cannot_be_read_is_kept_and_then_parked(raw):
    stripe.verify(raw, sign_delivery("stripe", raw), [SECRET], NOW)
    submission = stripe.parse(raw, {}, NOW)

    assert (submission.topic, submission.claims, submission.body) == ("unknown", (), raw)
    with pytest.raises(UnreadableError):
        read_submission(submission)


@pytest.mark.parametrize("changes", [{"object": "invoice"}, {"object": None}, {"id": None}, {"id": ""}])
def test_a_known_type_with_another_object_is_parked(changes):
    with pytest.raises(UnreadableError, match=r"^customer\.updated: not of the shape it promises$"):
        read_event("customer", **changes)


@pytest.mark.parametrize("created", [None, "x", True, -1, 10**12, 10**30, 1.5])
def test_an_odd_time_is_when_we_received_it(created):
    assert parse_event(read_payload("stripe/customer") | {"created": created}).occurred_at == NOW


def test_an_odd_id_is_not_claimed_and_an_odd_type_or_account_is_not_repeated():
    event = read_payload("stripe/customer") | {"id": "evt 1\n", "type": "Customer <b>", "account": "acct/1"}
    submission = parse_event(event)

    assert (submission.claims, submission.topic, submission.shop) == ((), "unknown", "")
