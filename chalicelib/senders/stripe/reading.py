"""What a Stripe event says of a person."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from chalicelib.addresses import normalise_email
from chalicelib.errors import UnreadableError
from chalicelib.models import (
    Consent,
    ConsentState,
    JsonValue,
    LineItem,
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
    choose_text,
    drop_blanks,
    get_path,
    join_texts,
    read_amount,
    read_count,
    read_id,
    read_part,
    read_parts,
    read_seconds,
    read_text,
)
from chalicelib.senders.minor_units import PLACES, read_minor

Body = Mapping[str, JsonValue]

# https://docs.stripe.com/currencies#special-cases: what Stripe counts otherwise than ISO 4217.
STRIPE_PLACES = {**PLACES, "ISK": 2, "MGA": 0, "UGX": 2}


def read_event(submission: Submission) -> Reading:
    """Return what the event says; one that is not in READERS is kept as it came. Raise UnreadableError."""
    event = read_body(submission)
    if submission.topic not in READERS:
        return Reading(kind=ReadingKind.OTHER)
    kind, read = READERS[submission.topic]
    thing = read_part(event, "data", "object")
    if read_text(thing, "object") != kind or not read_id(thing, "id"):
        raise UnreadableError(f"{submission.topic}: not of the shape it promises")
    return read(thing, event, submission)


def read_session(session: Body, event: Body, submission: Submission) -> Reading:
    """Read a finished checkout. One that is not paid yet is no purchase: a bank may take days, or refuse."""
    buyer, paid = read_part(session, "customer_details"), read_text(session, "payment_status") == "paid"
    locale = read_text(session, "locale")
    return Reading(
        kind=ReadingKind.ORDER if paid else ReadingKind.CUSTOMER,
        sender_id=read_id(session, "customer"),
        email=read_buyer_email(session),
        phone=read_text(buyer, "phone"),
        fields=read_fields(buyer, "name", "address", "" if locale == "auto" else locale),
        consents=read_consents(session, submission),
        orders=(read_checkout(session, event, submission),) if paid else (),
        # A checkout that made the customer has nothing but what was typed into it.
        typed=not read_id(session, "customer") or bool(read_text(session, "customer_creation")),
        country=choose_country(read_text(buyer, "address", "country")),
    )


def read_consents(session: Body, submission: Submission) -> tuple[Consent, ...]:
    """Return the consent ticked in a checkout. It is not signed: a visitor may type another person's address there.

    Each later event repeats it, so it is dated when the checkout was opened. `opt_out` is a box left empty.
    """
    if read_text(session, "consent", "promotions") != "opt_in":
        return ()
    at = read_seconds(session, "created") or submission.occurred_at
    address = normalise_email(read_buyer_email(session))
    return (Consent(purpose="marketing", state=ConsentState.GIVEN, at=at, channel="stripe", address=address),)


def read_buyer_email(session: Body) -> str:
    """Return the address in a checkout: the one that was typed, else the one that the shop filled in."""
    return choose_text(read_text(session, "customer_details", "email"), read_text(session, "customer_email"))


def read_checkout(session: Body, event: Body, submission: Submission) -> Order:
    """Return the order of a checkout. It is dated early: the invoice of the same purchase says more, and wins."""
    return make_order(session, event, submission, "amount_total").model_copy(
        update={"updated_at": read_seconds(session, "created") or submission.occurred_at}
    )


def read_invoice(invoice: Body, event: Body, submission: Submission) -> Reading:
    """Read a paid invoice; one below zero pays the customer, and is no purchase."""
    order = make_order(invoice, event, submission, "total")
    items = tuple(read_item(line, order.currency) for line in read_parts(invoice, "lines", "data"))
    order = order.model_copy(update={"items": items, "number": read_text(invoice, "number")})
    return Reading(
        kind=ReadingKind.ORDER,
        sender_id=read_id(invoice, "customer"),
        email=read_text(invoice, "customer_email"),
        phone=read_text(invoice, "customer_phone"),
        fields=read_fields(invoice, "customer_name", "customer_address"),
        country=choose_country(read_text(invoice, "customer_address", "country")),
        orders=(order,) if order.total >= 0 else (),
    )


def read_item(line: Body, currency: str) -> LineItem:
    """Return one line of an invoice; from 2025-03-31 on its price stands under `pricing`."""
    prices = (read_part(line, "pricing"), read_part(line, "price"))
    unit = next((price for price in prices if "unit_amount_decimal" in price), {})
    return LineItem(
        product_id=choose_text(read_id(prices[0], "price_details", "product"), read_id(prices[1], "product")),
        title=read_text(line, "description"),
        quantity=read_count(line, "quantity"),
        price=read_minor(unit, "unit_amount_decimal", currency=currency, places=STRIPE_PLACES),
    )


def read_refunded(charge: Body, event: Body, submission: Submission) -> Reading:
    """Read a refund. The charge holds the sum of all its refunds: this refund is what was added to that sum.

    Its id is the charge and that sum, so that two refunds of one charge are two, in whatever order they come.
    """
    order = make_order(charge, event, submission, "amount")
    before = read_part(event, "data", "previous_attributes")
    refunded, earlier = (
        read_minor(part, "amount_refunded", currency=order.currency, places=STRIPE_PLACES) for part in (charge, before)
    )
    refund = Refund(
        id=f"{read_id(charge, 'id')}:{read_amount(charge, 'amount_refunded')}",
        order_id=order.id,
        amount=max(refunded - earlier, Decimal(0)),
        currency=order.currency,
    )
    whole = get_path(charge, "refunded") is True
    return Reading(
        kind=ReadingKind.REFUND,
        sender_id=read_id(charge, "customer"),
        orders=(order.model_copy(update={"state": OrderState.REFUNDED}),) if whole else (),
        refunds=(refund,),
    )


def read_customer(customer: Body, event: Body, submission: Submission) -> Reading:
    locales = get_path(customer, "preferred_locales")
    first = locales[0] if isinstance(locales, list) and locales else ""
    return Reading(
        kind=ReadingKind.CUSTOMER,
        sender_id=read_id(customer, "id"),
        email=read_text(customer, "email"),
        phone=read_text(customer, "phone"),
        fields=read_fields(customer, "name", "address", first if isinstance(first, str) else ""),
        country=choose_country(read_text(customer, "address", "country")),
    )


def read_deleted(customer: Body, event: Body, submission: Submission) -> Reading:
    """Note that the shop deleted its record: not the customer's wish, so nothing is forgotten here."""
    return Reading(kind=ReadingKind.CUSTOMER, sender_id=read_id(customer, "id"), ends=True)


def make_order(thing: Body, event: Body, submission: Submission, total: str) -> Order:
    """Return a paid order. Checkout, invoice and charge of one purchase share the invoice's id, else the payment's."""
    currency = read_text(thing, "currency").upper()
    invoice = "id" if read_text(thing, "object") == "invoice" else "invoice"
    return Order(
        id=choose_text(*(read_id(thing, name) for name in (invoice, "payment_intent", "id"))),
        placed_at=read_seconds(thing, "created") or submission.occurred_at,
        updated_at=submission.occurred_at,
        state=OrderState.PAID,
        total=read_minor(thing, total, currency=currency, places=STRIPE_PLACES),
        currency=currency,
        test=get_path(event, "livemode") is False,
    )


def read_fields(body: Body, name: str, address: str, language: str = "") -> dict[str, JsonValue]:
    place = read_part(body, address)
    town = join_texts(read_text(place, "postal_code"), read_text(place, "city"))
    line1, line2, state, country = (read_text(place, part) for part in ("line1", "line2", "state", "country"))
    one_line = join_texts(line1, line2, town, state, country, by=", ")
    return drop_blanks({"name": read_text(body, name), "address": one_line, "language": language})


# Event type: the `object` that it carries, and its reader.
READERS: Mapping[str, tuple[str, Callable[[Body, Body, Submission], Reading]]] = {
    "checkout.session.completed": ("checkout.session", read_session),
    "checkout.session.async_payment_succeeded": ("checkout.session", read_session),
    "invoice.paid": ("invoice", read_invoice),
    "charge.refunded": ("charge", read_refunded),
    "customer.created": ("customer", read_customer),
    "customer.updated": ("customer", read_customer),
    "customer.deleted": ("customer", read_deleted),
}
