"""Square: payments, refunds, customers; of orders no more than ids and a state.

https://developer.squareup.com/docs/webhooks/overview. 10 seconds; retried for 24 hours. The body is signed whole, so
nothing in it is checked at the door: what cannot be read is kept, and parked when settling.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from chalicelib.errors import MalformedError, TooLargeError, UnreadableError
from chalicelib.models import (
    Consent,
    ConsentState,
    Grade,
    JsonValue,
    Order,
    OrderState,
    Reading,
    ReadingKind,
    Refund,
    SenderName,
    Submission,
    Trust,
)
from chalicelib.senders.json_values import (
    drop_blanks,
    get_path,
    join_texts,
    open_body,
    read_id,
    read_part,
    read_text,
    read_time,
)
from chalicelib.senders.minor_units import read_minor
from chalicelib.senders.signatures import check_digest
from chalicelib.senders.source import CONTACTS, Fact, Source
from chalicelib.strictjson import parse_object

Body = Mapping[str, JsonValue]

SOURCE = Source(
    name=SenderName.SQUARE,
    kinds=(ReadingKind.ORDER, ReadingKind.REFUND, ReadingKind.CUSTOMER, ReadingKind.OTHER),
    facts=(*CONTACTS, Fact.NUMBER, Fact.ORDERS, Fact.REFUNDS, Fact.CONSENTS),
    purposes=("orders", "marketing", "proof"),
)
CONTENT_TYPES = ("application/json",)
TYPE = re.compile(r"[a-z0-9_.]{1,100}")
ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
# What a payment says of its purchase. A pending one may still fail: it is none yet.
STATES = {
    "APPROVED": OrderState.OPEN,
    "COMPLETED": OrderState.PAID,
    "CANCELED": OrderState.CANCELLED,
    "FAILED": OrderState.CANCELLED,
}


def is_ping(raw: bytes, headers: Mapping[str, str]) -> bool:
    """Square has no handshake; its test notification is a signed delivery."""
    return False


def verify(raw: bytes, headers: Mapping[str, str], secrets: Sequence[bytes], now: datetime, *, address: str) -> None:
    """Check the digest over the notification's address, as the shop gave it to Square, and the body."""
    check_digest(address.encode() + raw, headers.get("x-square-hmacsha256-signature", ""), secrets)


def parse(raw: bytes, headers: Mapping[str, str], now: datetime) -> Submission:
    """Name what arrived."""
    event = open_body(raw)
    topic, event_id, merchant = (read_text(event, name) for name in ("type", "event_id", "merchant_id"))
    return Submission(
        sender=SenderName.SQUARE,
        shop=merchant if ID.fullmatch(merchant) else "",
        topic=topic if TYPE.fullmatch(topic) else "unknown",
        trust=Trust.SIGNED,
        received_at=now,
        occurred_at=min(read_time(event, "created_at") or now, now),
        claims=(f"event:{event_id}",) if ID.fullmatch(event_id) else (),
        body=raw,
    )


def interpret(submission: Submission) -> Reading:
    """Return what the event says; one that is not in READERS is kept as it came. Raise UnreadableError."""
    try:
        event = parse_object(submission.body)
    except (MalformedError, TooLargeError):
        raise UnreadableError("square: not JSON") from None
    if submission.topic not in READERS:
        return Reading(kind=ReadingKind.OTHER)
    name, read = READERS[submission.topic]
    thing = read_part(event, "data", "object", name)
    if not read_id(thing, "order_id" if name in ORDERS else "id"):
        raise UnreadableError(f"{submission.topic}: not of the shape it promises")
    return read(thing, submission)


def read_order(order: Body, submission: Submission) -> Reading:
    """Read an order's ids and state. Square sends neither the customer nor the amount.

    The Reading holds no Order: the payment's does, and an Order without an amount would overwrite that one.
    """
    return Reading(
        kind=ReadingKind.ORDER, notes={"order_id": read_id(order, "order_id"), "state": read_text(order, "state")}
    )


def read_payment(payment: Body, submission: Submission) -> Reading:
    """Read a payment: each is an order of its own, since one order may be paid in parts."""
    state = STATES.get(read_text(payment, "status"))
    total, currency = read_money(payment, "total_money" if read_part(payment, "total_money") else "amount_money")
    returned, _ = read_money(payment, "refunded_money")
    order = Order(
        id=read_id(payment, "id"),
        placed_at=read_time(payment, "created_at") or submission.occurred_at,
        updated_at=read_time(payment, "updated_at") or submission.occurred_at,
        state=OrderState.REFUNDED if state is OrderState.PAID and 0 < total <= returned else state or OrderState.OPEN,
        total=total,
        currency=currency,
        number=read_text(payment, "receipt_number"),
    )
    return Reading(
        kind=ReadingKind.ORDER,
        sender_id=read_id(payment, "customer_id"),
        email=read_text(payment, "buyer_email_address"),
        orders=(order,) if state else (),
    )


def read_refund(refund: Body, submission: Submission) -> Reading:
    """Read a refund. One that is not completed gave nothing back yet. The body names no customer; its payment does."""
    amount, currency = read_money(refund, "amount_money")
    made = Refund(id=read_id(refund, "id"), order_id=read_id(refund, "payment_id"), amount=amount, currency=currency)
    done = read_text(refund, "status") == "COMPLETED" and made.order_id
    return Reading(kind=ReadingKind.REFUND, refunds=(made,) if done else ())


def read_customer(customer: Body, submission: Submission) -> Reading:
    place = read_part(customer, "address")
    town = join_texts(read_text(place, "postal_code"), read_text(place, "locality"))
    line1, line2 = (read_text(place, f"address_line_{number}") for number in (1, 2))
    state, country = (read_text(place, name) for name in ("administrative_district_level_1", "country"))
    name = join_texts(read_text(customer, "given_name"), read_text(customer, "family_name"))
    return Reading(
        kind=ReadingKind.CUSTOMER,
        sender_id=read_id(customer, "id"),
        email=read_text(customer, "email_address"),
        phone=read_text(customer, "phone_number"),
        fields=drop_blanks({"name": name, "address": join_texts(line1, line2, town, state, country, by=", ")}),
        consents=read_no(customer, submission),
    )


def read_no(customer: Body, submission: Submission) -> tuple[Consent, ...]:
    """Return the withdrawal of a customer who unsubscribed from the shop's mails at Square; `false` is no consent."""
    if get_path(customer, "preferences", "email_unsubscribed") is not True:
        return ()
    at = read_time(customer, "updated_at") or submission.occurred_at
    return (Consent(purpose="marketing", state=ConsentState.WITHDRAWN, at=at, channel="square", grade=Grade.SIGNED),)


def read_deleted(customer: Body, submission: Submission) -> Reading:
    """Note that the shop deleted or merged its record: not the customer's wish, so nothing is forgotten here."""
    return Reading(kind=ReadingKind.CUSTOMER, sender_id=read_id(customer, "id"))


def read_money(body: Body, name: str) -> tuple[Decimal, str]:
    """Return an amount and its currency, from `{"amount": 1999, "currency": "USD"}`."""
    currency = read_text(body, name, "currency")
    return read_minor(body, name, "amount", currency=currency), currency


ORDERS = ("order_created", "order_updated")
# Event type: the name of the thing in `data.object`, and its reader.
READERS: Mapping[str, tuple[str, Callable[[Body, Submission], Reading]]] = {
    "customer.created": ("customer", read_customer),
    "customer.updated": ("customer", read_customer),
    "customer.deleted": ("customer", read_deleted),
    "order.created": ("order_created", read_order),
    "order.updated": ("order_updated", read_order),
    "payment.created": ("payment", read_payment),
    "payment.updated": ("payment", read_payment),
    "refund.created": ("refund", read_refund),
    "refund.updated": ("refund", read_refund),
}
