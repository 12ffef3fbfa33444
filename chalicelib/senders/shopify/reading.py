"""What a Shopify body says of a person."""

from collections.abc import Callable, Mapping
from datetime import datetime

from chalicelib.errors import MalformedError, TooLargeError, UnreadableError
from chalicelib.models import Consent, ConsentState, Entry, Grade, JsonValue, Reading, ReadingKind, Submission
from chalicelib.senders.json_values import (
    choose_text,
    drop_blanks,
    get_path,
    join_texts,
    read_amount,
    read_id,
    read_part,
    read_parts,
    read_text,
    read_time,
)
from chalicelib.senders.shopify.orders import read_item, read_order, read_refund
from chalicelib.senders.shopify.shapes import FAMILIES, check_shape
from chalicelib.strictjson import parse_object

Body = Mapping[str, JsonValue]

# Only a decision of the customer counts: `not_subscribed` means that there is none, `invalid` is about the address.
# `redacted` follows a request for erasure, which is a no.
STATES = {
    "subscribed": ConsentState.GIVEN,
    "pending": ConsentState.PENDING,
    "unsubscribed": ConsentState.WITHDRAWN,
    "redacted": ConsentState.WITHDRAWN,
}


def read_body(submission: Submission) -> Reading:
    """Read by the topic's family; a topic we do not know is kept as it came. Raise UnreadableError."""
    try:
        body = parse_object(submission.body)
        check_shape(submission.topic, body, submission.shop)
    except (MalformedError, TooLargeError):
        raise UnreadableError(f"{submission.topic}: not of the shape it promises") from None
    read_family = READERS.get(FAMILIES.get(submission.topic, ""))
    return read_family(body, submission) if read_family else Reading(kind=ReadingKind.OTHER)


def read_placed(body: Body, submission: Submission) -> Reading:
    """Read an order. Its own e-mail may differ from the customer's, which is the better proven one."""
    buyer = read_part(body, "customer")
    created = read_time(body, "created_at") or submission.occurred_at
    address = read_part(buyer, "default_address") or read_part(body, "billing_address")  # not shipping: gifts
    name = choose_text(read_name(buyer), read_name(read_part(body, "billing_address")))
    return Reading(
        kind=ReadingKind.ORDER,
        sender_id=read_id(buyer, "id"),
        email=choose_text(read_text(buyer, "email"), read_text(body, "email"), read_text(body, "contact_email")),
        phone=choose_text(read_text(buyer, "phone"), read_text(body, "phone")),
        fields=drop_blanks(
            {"name": name, "address": read_address(address), "language": read_text(body, "customer_locale")}
        ),
        consents=(*read_consents(buyer, created), *read_tick(body, created)),
        orders=(read_order(body, submission.occurred_at),),
    )


def read_order_deleted(body: Body, submission: Submission) -> Reading:
    """Note that the shop deleted its record of an order: what was bought stays bought."""
    buyer = read_part(body, "customer")
    return Reading(kind=ReadingKind.ORDER, sender_id=read_id(buyer, "id"), email=read_text(buyer, "email"))


def read_given_back(body: Body, submission: Submission) -> Reading:
    """Read a refund. The body names no customer; its order does."""
    return Reading(kind=ReadingKind.REFUND, refunds=(read_refund(body),))


def read_customer(body: Body, submission: Submission) -> Reading:
    return Reading(
        kind=ReadingKind.CUSTOMER,
        sender_id=read_id(body, "id"),
        email=read_text(body, "email"),
        phone=read_text(body, "phone"),
        fields=drop_blanks({"name": read_name(body), "address": read_address(read_part(body, "default_address"))}),
        consents=read_consents(body, read_time(body, "created_at") or submission.occurred_at),
    )


def read_customer_deleted(body: Body, submission: Submission) -> Reading:
    """Note that the shop deleted its record of a customer: not the customer's wish, so nothing is forgotten here."""
    return Reading(kind=ReadingKind.CUSTOMER, sender_id=read_id(body, "id"), phone=read_text(body, "phone"))


def read_email_consent(body: Body, submission: Submission) -> Reading:
    """Read a customer's decision about e-mail."""
    return Reading(
        kind=ReadingKind.CONSENT,
        sender_id=read_id(body, "customer_id"),
        email=read_text(body, "email_address"),
        consents=read_consents(body, submission.occurred_at),
    )


def read_sms_consent(body: Body, submission: Submission) -> Reading:
    """Read a customer's decision about text messages."""
    return Reading(
        kind=ReadingKind.CONSENT,
        sender_id=read_id(body, "id"),
        phone=read_text(body, "phone"),
        consents=read_consents(body, submission.occurred_at),
    )


def read_cart(body: Body, submission: Submission) -> Reading:
    """Read a cart or checkout that was not finished: no customer's id, no profile, no consent, only its items."""
    items = [read_item(line).model_dump(mode="json") for line in read_parts(body, "line_items")]
    values = {
        "token": choose_text(read_text(body, "token"), read_text(body, "cart_token")),
        "items": items,
        "total": str(read_amount(body, "total_price")) if "total_price" in body else "",
        "currency": read_text(body, "currency"),
        "recover_url": read_text(body, "abandoned_checkout_url"),
        "completed_at": read_text(body, "completed_at"),
    }
    return Reading(
        kind=ReadingKind.CART,
        email=choose_text(read_text(body, "customer", "email"), read_text(body, "email")),
        entry=Entry(kind=ReadingKind.CART, at=submission.occurred_at, values=drop_blanks(values)),
    )


def read_compliance(body: Body, submission: Submission) -> Reading:
    """Read which customer a compliance request names, by id, e-mail or phone; shop/redact names none."""
    orders = get_path(body, "orders_requested") or get_path(body, "orders_to_redact") or []
    values = {
        "topic": submission.topic,
        "request_id": read_id(body, "data_request", "id"),
        "orders": [str(order) for order in orders if isinstance(order, int | str)],
    }
    return Reading(
        kind=ReadingKind.COMPLIANCE,
        sender_id=read_id(body, "customer", "id"),
        email=read_text(body, "customer", "email"),
        phone=read_text(body, "customer", "phone"),
        entry=Entry(kind=ReadingKind.COMPLIANCE, at=submission.occurred_at, values=drop_blanks(values)),
    )


def read_consents(body: Body, fallback: datetime) -> tuple[Consent, ...]:
    """Return the statements in a body; `fallback` dates one without a time, so it must be the earliest possible."""
    email, sms = (read_part(body, f"{channel}_marketing_consent") for channel in ("email", "sms"))
    return tuple(
        Consent(
            purpose=purpose,
            state=STATES[state],
            at=read_time(statement, "consent_updated_at") or fallback,
            channel="shopify",
            grade=Grade.SIGNED,
        )
        for purpose, statement in (("marketing", email), ("sms", sms))
        if (state := read_text(statement, "state").lower()) in STATES
    )


def read_tick(body: Body, at: datetime) -> tuple[Consent, ...]:
    """Return the consent ticked in a checkout, unless the customer's own state stands beside it.

    Each later event of the order repeats the tick, so the consent is dated when the order was made.
    """
    ticked = get_path(body, "buyer_accepts_marketing") is True
    if not ticked or read_text(body, "customer", "email_marketing_consent", "state"):
        return ()
    return (Consent(purpose="marketing", state=ConsentState.GIVEN, at=at, channel="shopify", grade=Grade.SIGNED),)


def read_name(person: Body) -> str:
    return join_texts(read_text(person, "first_name"), read_text(person, "last_name"))


def read_address(address: Body) -> str:
    """Return an address in one line."""
    town = join_texts(read_text(address, "zip"), read_text(address, "city"))
    parts = [read_text(address, name) for name in ("address1", "address2", "province", "country")]
    return join_texts(*parts[:2], town, *parts[2:], by=", ")


READERS: dict[str, Callable[[Body, Submission], Reading]] = {
    "order": read_placed,
    "order deleted": read_order_deleted,
    "refund": read_given_back,
    "customer": read_customer,
    "customer deleted": read_customer_deleted,
    "email consent": read_email_consent,
    "sms consent": read_sms_consent,
    "checkout": read_cart,
    "checkout deleted": read_cart,
    "cart": read_cart,
    "data request": read_compliance,
    "customer redact": read_compliance,
    "shop redact": read_compliance,
}
