"""What a Shopify body says of a person."""

from collections.abc import Callable, Mapping

from chalicelib.errors import UnreadableError
from chalicelib.models import Entry, JsonValue, Reading, ReadingKind, Submission
from chalicelib.senders.delivery import read_body
from chalicelib.senders.discounts import note_discounts
from chalicelib.senders.json_values import (
    choose_country,
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
from chalicelib.senders.order_states import note_state
from chalicelib.senders.shopify.consents import CONFIRMED, read_consents, read_level, read_tick
from chalicelib.senders.shopify.orders import STATES as ORDER_STATES
from chalicelib.senders.shopify.orders import read_item, read_order, read_refund, read_status
from chalicelib.senders.shopify.shapes import FAMILIES, check_shape

Body = Mapping[str, JsonValue]


def read_thing(submission: Submission) -> Reading:
    """Read by the topic's family; a topic we do not know is kept as it came. Raise UnreadableError."""
    body = read_body(submission)
    if not submission.shop:
        raise UnreadableError("shopify: the header names no shop")
    check_shape(submission.topic, body, submission.shop)
    read_family = READERS.get(FAMILIES.get(submission.topic, ""))
    return read_family(body, submission) if read_family else Reading(kind=ReadingKind.OTHER)


def read_placed(body: Body, submission: Submission) -> Reading:
    """Read an order. Its own e-mail may differ from the customer's, which is the better proven one."""
    buyer = read_part(body, "customer")
    created = read_time(body, "created_at") or submission.occurred_at
    address = read_part(buyer, "default_address") or read_part(body, "billing_address")  # not shipping: gifts
    name = choose_text(read_name(buyer), read_name(read_part(body, "billing_address")))
    given = read_parts(body, "discount_codes")
    return Reading(
        kind=ReadingKind.ORDER,
        sender_id=read_id(buyer, "id"),
        email=choose_text(read_text(buyer, "email"), read_text(body, "email"), read_text(body, "contact_email")),
        phone=choose_text(read_text(buyer, "phone"), read_text(body, "phone")),
        fields=drop_blanks(
            {"name": name, "address": read_address(address), "language": read_text(body, "customer_locale")}
        ),
        consents=(*read_consents(buyer, created, read_text(buyer, "email")), *read_tick(body, created)),
        orders=(read_order(body, submission.occurred_at),),
        notes={**note_state(read_status(body), ORDER_STATES), **note_discounts(given, "amount")},
        typed=is_guest(buyer),
        country=read_country(
            read_part(body, "billing_address"), read_part(body, "shipping_address"), read_part(buyer, "default_address")
        ),
    )


def is_guest(buyer: Body) -> bool:
    """Return whether a customer has no account: what the shop knows of them was typed into a checkout or a box."""
    return not read_id(buyer, "id") or read_text(buyer, "state").lower() != "enabled"


def read_country(*addresses: Body) -> str:
    """Return the country of the first address that has one."""
    return choose_country(*(read_text(address, "country_code") for address in addresses))


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
        consents=read_consents(body, read_time(body, "created_at") or submission.occurred_at, read_text(body, "email")),
        typed=is_guest(body),
        country=read_country(read_part(body, "default_address")),
    )


def read_merged(body: Body, submission: Submission) -> Reading:
    """Read a merge of two customers; one that is not completed says nothing of anybody yet."""
    kept, gone = (read_graph_id(body, f"admin_graphql_api_customer_{which}_id") for which in ("kept", "deleted"))
    if not kept or not gone or kept == gone:
        raise UnreadableError("customers/merge: an id is of another type")
    if read_text(body, "status").lower() != "completed":
        return Reading(kind=ReadingKind.OTHER)
    return Reading(kind=ReadingKind.CUSTOMER, sender_id=kept, replaces=(gone,))


def read_graph_id(body: Body, name: str) -> str:
    """Return the number in `gid://shopify/Customer/1`, or ""."""
    head, _, number = read_text(body, name).rpartition("/")
    return number if head == "gid://shopify/Customer" and number.isascii() and number.isdigit() else ""


def read_customer_deleted(body: Body, submission: Submission) -> Reading:
    """Note that the shop deleted its record of a customer: not the customer's wish, so nothing is forgotten here."""
    return Reading(kind=ReadingKind.CUSTOMER, sender_id=read_id(body, "id"), ends=True)


def read_email_consent(body: Body, submission: Submission) -> Reading:
    """Read a customer's decision about e-mail."""
    return Reading(
        kind=ReadingKind.CONSENT,
        sender_id=read_id(body, "customer_id"),
        email=read_text(body, "email_address"),
        consents=read_consents(body, submission.occurred_at, read_text(body, "email_address")),
        typed=read_level(read_part(body, "email_marketing_consent")) != CONFIRMED,
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
    "customer merge": read_merged,
    "email consent": read_email_consent,
    "sms consent": read_sms_consent,
    "checkout": read_cart,
    "checkout deleted": read_cart,
    "cart": read_cart,
    "data request": read_compliance,
    "customer redact": read_compliance,
    "shop redact": read_compliance,
}
