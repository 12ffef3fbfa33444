"""What a Square event says of a person."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from chalicelib.errors import UnreadableError
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
    Submission,
)
from chalicelib.senders.delivery import read_body
from chalicelib.senders.json_values import (
    choose_country,
    drop_blanks,
    get_path,
    join_texts,
    read_id,
    read_part,
    read_text,
    read_time,
)
from chalicelib.senders.minor_units import read_minor
from chalicelib.senders.order_states import choose_state, note_state

Body = Mapping[str, JsonValue]

# What a payment says of its purchase. A pending one may still fail: it is none yet.
STATES = {
    "PENDING": OrderState.UNPAID,
    "APPROVED": OrderState.OPEN,
    "COMPLETED": OrderState.PAID,
    "CANCELED": OrderState.CANCELLED,
    "FAILED": OrderState.UNPAID,
}
# https://developer.squareup.com/reference/square/enums/CustomerCreationSource: what a visitor began, not the shop.
TYPED_SOURCES = (
    "APPOINTMENTS",
    "COUPON",
    "EGIFTING",
    "EMAIL_COLLECTION",
    "FEEDBACK",
    "INSTANT_PROFILE",
    "LOYALTY",
    "ONLINE_STORE",
    "TERMINAL",
)


def read_event(submission: Submission) -> Reading:
    """Return what the event says; one that is not in READERS is kept as it came. Raise UnreadableError."""
    event = read_body(submission)
    if submission.topic not in READERS:
        return Reading(kind=ReadingKind.OTHER)
    name, read = READERS[submission.topic]
    thing = read_part(event, "data", "object", name)
    if not read_id(thing, "order_id" if name in ORDERS else "id"):
        raise UnreadableError(f"{submission.topic}: not of the shape it promises")
    reading = read(thing, submission)
    return join_customers(reading, read_part(event, "data", "object", "event_context", "merge"))


def join_customers(reading: Reading, merge: Body) -> Reading:
    """Return the reading of a customer with those who were merged into it; each of their own events says the same.

    https://developer.squareup.com/docs/customers-api/use-the-api/customer-webhooks: a merge deletes the customers of
    `from_customer_ids`, and creates the one of `to_customer_id`.
    """
    kept = read_id(merge, "to_customer_id")
    gone = tuple(each for each in list_ids(merge, "from_customer_ids") if each != kept)
    if reading.kind is not ReadingKind.CUSTOMER or not kept or not gone:
        return reading
    if reading.ends:
        reading = Reading(kind=ReadingKind.CUSTOMER, sender_id=kept)
    return reading.model_copy(update={"replaces": gone if reading.sender_id == kept else ()})


def list_ids(body: Body, name: str) -> tuple[str, ...]:
    """Return the ids in a list."""
    found = get_path(body, name)
    return tuple(each for each in found if isinstance(each, str) and each) if isinstance(found, list) else ()


def read_order(order: Body, submission: Submission) -> Reading:
    """Read an order's ids and state. Square sends neither the customer nor the amount.

    The Reading holds no Order: the payment's does, and an Order without an amount would overwrite that one.
    """
    return Reading(
        kind=ReadingKind.ORDER, notes={"order_id": read_id(order, "order_id"), "state": read_text(order, "state")}
    )


def read_payment(payment: Body, submission: Submission) -> Reading:
    """Read a payment: each is an order of its own, since one order may be paid in parts."""
    status = read_text(payment, "status")
    state = choose_state(status, STATES)
    total, currency = read_money(payment, "total_money" if read_part(payment, "total_money") else "amount_money")
    returned, _ = read_money(payment, "refunded_money")
    order = Order(
        id=read_id(payment, "id"),
        placed_at=read_time(payment, "created_at") or submission.occurred_at,
        updated_at=read_time(payment, "updated_at") or submission.occurred_at,
        state=OrderState.REFUNDED if state is OrderState.PAID and 0 < total <= returned else state,
        total=total,
        currency=currency,
        number=read_text(payment, "receipt_number"),
    )
    return Reading(
        kind=ReadingKind.ORDER,
        sender_id=read_id(payment, "customer_id"),
        email=read_text(payment, "buyer_email_address"),
        orders=(order,),
        notes=note_state(status.lower(), {word.lower(): state for word, state in STATES.items()}),
        typed=not read_id(payment, "customer_id"),
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
        typed=read_text(customer, "creation_source") in TYPED_SOURCES,
        country=choose_country(country),
    )


def read_no(customer: Body, submission: Submission) -> tuple[Consent, ...]:
    """Return the withdrawal of a customer who unsubscribed from the shop's mails at Square; `false` is no consent."""
    if get_path(customer, "preferences", "email_unsubscribed") is not True:
        return ()
    at = read_time(customer, "updated_at") or submission.occurred_at
    return (Consent(purpose="marketing", state=ConsentState.WITHDRAWN, at=at, channel="square", grade=Grade.SIGNED),)


def read_deleted(customer: Body, submission: Submission) -> Reading:
    """Note that the shop deleted or merged its record: not the customer's wish, so nothing is forgotten here."""
    return Reading(kind=ReadingKind.CUSTOMER, sender_id=read_id(customer, "id"), ends=True)


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
