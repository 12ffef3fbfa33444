"""What a WooCommerce body says of a person, in our words. Its texts are HTML: names come as `Tea &amp; Cake`."""

from collections.abc import Mapping
from html import unescape

from chalicelib.errors import MalformedError, TooLargeError, UnreadableError
from chalicelib.models import Entry, JsonValue, LineItem, Order, OrderState, Reading, ReadingKind, Submission
from chalicelib.senders.json_values import (
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
from chalicelib.senders.woocommerce.shapes import DRAFT, check_shape, read_gmt
from chalicelib.strictjson import parse_object

Body = Mapping[str, JsonValue]

# https://woocommerce.com/document/managing-orders/#order-statuses; any other (a plugin's) is open.
STATES = {
    "processing": OrderState.PAID,
    "completed": OrderState.PAID,
    "refunded": OrderState.REFUNDED,
    "cancelled": OrderState.CANCELLED,
    "failed": OrderState.CANCELLED,
    "trash": OrderState.CANCELLED,
}


def read_body(submission: Submission) -> Reading:
    """Read an order or a customer; anything else is kept as it came. Raise UnreadableError."""
    try:
        body = parse_object(submission.body)
        check_shape(submission.topic, body)
    except (MalformedError, TooLargeError):
        raise UnreadableError(f"{submission.topic}: not of the shape it promises") from None
    thing, _, event = submission.topic.partition(".")
    if thing == "order":
        return Reading(kind=ReadingKind.ORDER) if event == "deleted" else read_placed(body, submission)
    if thing == "customer":
        return read_customer(body)
    return Reading(kind=ReadingKind.OTHER)


def read_placed(body: Body, submission: Submission) -> Reading:
    """Read an order, or the cart of a checkout not finished; a guest has customer_id 0."""
    if read_text(body, "status") == DRAFT:
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
    )


def read_customer(body: Body) -> Reading:
    """Read a customer; a deleted one comes as its id alone, and nothing is forgotten for it."""
    return Reading(
        kind=ReadingKind.CUSTOMER,
        sender_id=read_id(body, "id"),
        email=choose_text(read_text(body, "email"), read_text(body, "billing", "email")),
        phone=read_text(body, "billing", "phone"),
        fields=read_fields(body),
    )


def read_order(body: Body, submission: Submission) -> Order:
    """Return the order as this body describes it."""
    return Order(
        id=read_id(body, "id"),
        placed_at=read_gmt(body, "date_created") or submission.occurred_at,
        updated_at=read_gmt(body, "date_modified") or submission.occurred_at,
        state=STATES.get(read_text(body, "status"), OrderState.OPEN),
        total=read_amount(body, "total"),
        currency=read_text(body, "currency"),
        number=read_id(body, "number"),
        items=tuple(map(read_item, read_parts(body, "line_items"))),
        codes=tuple(code for part in read_parts(body, "coupon_lines") if (code := read_plain(part, "code"))),
        refunds={read_id(part, "id"): abs(read_amount(part, "total")) for part in read_parts(body, "refunds")},
    )


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
