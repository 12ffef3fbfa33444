"""What a WooCommerce body says of a person, in our words. Its texts are HTML: names come as `Tea &amp; Cake`."""

from collections.abc import Mapping
from html import unescape

from chalicelib.errors import UnreadableError
from chalicelib.models import Entry, JsonValue, LineItem, Order, OrderState, Reading, ReadingKind, Submission
from chalicelib.senders.delivery import read_body
from chalicelib.senders.discounts import note_discounts
from chalicelib.senders.json_values import (
    choose_country,
    choose_text,
    drop_blanks,
    join_texts,
    read_amount,
    read_count,
    read_id,
    read_part,
    read_parts,
    read_text,
)
from chalicelib.senders.order_states import choose_state, note_state
from chalicelib.senders.woocommerce.shapes import DRAFT, check_shape, read_gmt, read_status

Body = Mapping[str, JsonValue]

# https://woocommerce.com/document/managing-orders/#order-statuses; `draft` and `auto-draft` are WordPress's own, for an
# order that staff have begun. Any other word (a plugin's) is open.
STATES = {
    "auto-draft": OrderState.UNPAID,
    "draft": OrderState.UNPAID,
    "pending": OrderState.UNPAID,  # the buyer left at the payment page
    "failed": OrderState.UNPAID,
    "on-hold": OrderState.OPEN,  # a bank transfer is awaited
    "processing": OrderState.PAID,
    "completed": OrderState.PAID,
    "refunded": OrderState.REFUNDED,
    "cancelled": OrderState.CANCELLED,
    "trash": OrderState.CANCELLED,
}


def read_thing(submission: Submission) -> Reading:
    """Read an order or a customer; anything else is kept as it came. Raise UnreadableError."""
    body = read_body(submission)
    if not submission.shop:
        raise UnreadableError("woocommerce: the source names no shop")
    check_shape(submission.topic, body)
    thing, _, event = submission.topic.partition(".")
    if thing == "order":
        return Reading(kind=ReadingKind.ORDER) if event == "deleted" else read_placed(body, submission)
    if thing == "customer":
        return read_deleted(body) if event == "deleted" else read_customer(body)
    return Reading(kind=ReadingKind.OTHER)


def read_placed(body: Body, submission: Submission) -> Reading:
    """Read an order, or the cart of a checkout not finished; a guest has customer_id 0."""
    if read_status(body) == DRAFT:
        items = [read_item(line).model_dump(mode="json") for line in read_parts(body, "line_items")]
        entry = Entry(kind=ReadingKind.CART, at=submission.occurred_at, values=drop_blanks({"items": items}))
        return Reading(kind=ReadingKind.CART, email=read_text(body, "billing", "email"), entry=entry)
    return Reading(
        kind=ReadingKind.ORDER,
        sender_id=read_id(body, "customer_id"),
        email=read_text(body, "billing", "email"),
        phone=read_text(body, "billing", "phone"),
        fields=read_fields(body),
        orders=(read_order(body, submission),),
        notes={
            **note_state(read_status(body), STATES),
            **note_discounts(read_parts(body, "coupon_lines"), "discount", read_plain),
        },
        typed=not read_id(body, "customer_id"),
        country=read_country(body),
    )


def read_deleted(body: Body) -> Reading:
    """Note that the shop deleted its record: not the customer's wish, so nothing is forgotten here."""
    return Reading(kind=ReadingKind.CUSTOMER, sender_id=read_id(body, "id"), ends=True)


def read_customer(body: Body) -> Reading:
    return Reading(
        kind=ReadingKind.CUSTOMER,
        sender_id=read_id(body, "id"),
        email=choose_text(read_text(body, "email"), read_text(body, "billing", "email")),
        phone=read_text(body, "billing", "phone"),
        fields=read_fields(body),
        country=read_country(body),
    )


def read_order(body: Body, submission: Submission) -> Order:
    """Return the order as this body describes it."""
    return Order(
        id=read_id(body, "id"),
        placed_at=read_gmt(body, "date_created") or submission.occurred_at,
        updated_at=read_gmt(body, "date_modified") or submission.occurred_at,
        state=choose_state(read_status(body), STATES),
        total=read_amount(body, "total"),
        currency=read_text(body, "currency"),
        number=read_id(body, "number"),
        items=tuple(map(read_item, read_parts(body, "line_items"))),
        codes=tuple(code for part in read_parts(body, "coupon_lines") if (code := read_plain(part, "code"))),
        refunds={read_id(part, "id"): abs(read_amount(part, "total")) for part in read_parts(body, "refunds")},
    )


def read_country(body: Body) -> str:
    """Return the country that stands beside the phone."""
    return choose_country(*(read_text(body, part, "country") for part in ("billing", "shipping")))


def read_item(line: Body) -> LineItem:
    return LineItem(
        product_id=read_id(line, "product_id"),
        sku=read_text(line, "sku"),
        title=read_plain(line, "name"),
        quantity=read_count(line, "quantity"),
        price=read_amount(line, "price"),
    )


def read_fields(body: Body) -> dict[str, JsonValue]:
    """Return the profile fields of the billing address; the delivery address may be a friend's."""
    payer = read_part(body, "billing")
    name = choose_text(read_name(body), read_name(payer))
    town = join_texts(read_plain(payer, "postcode"), read_plain(payer, "city"))
    street = [read_plain(payer, name) for name in ("address_1", "address_2")]
    state = [read_plain(payer, name) for name in ("state", "country")]
    return drop_blanks({"name": name, "address": join_texts(*street, town, *state, by=", ")})


def read_name(person: Body) -> str:
    return join_texts(read_plain(person, "first_name"), read_plain(person, "last_name"))


def read_plain(body: Body, *path: str) -> str:
    """Return HTML text as the text it stands for."""
    return unescape(read_text(body, *path))
