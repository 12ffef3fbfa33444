"""Shopify's orders and refunds in our words. Money is the shop's: a buyer may have paid in another currency."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from chalicelib.models import JsonValue, LineItem, Order, OrderState, Refund
from chalicelib.senders.json_values import (
    choose_text,
    get_path,
    read_amount,
    read_count,
    read_id,
    read_parts,
    read_text,
    read_time,
)
from chalicelib.senders.order_states import choose_state

# https://shopify.dev/docs/api/admin-rest/latest/resources/order. Shopify makes an order when the checkout is
# finished, so `pending` is no payment page that was left: cash on delivery, a bank transfer, an instalment. `expired`
# and `voided` are authorisations that will never be paid.
STATES = {
    "pending": OrderState.OPEN,
    "authorized": OrderState.OPEN,
    "partially_paid": OrderState.OPEN,
    "paid": OrderState.PAID,
    "partially_refunded": OrderState.PAID,
    "refunded": OrderState.REFUNDED,
    "expired": OrderState.UNPAID,
    "voided": OrderState.CANCELLED,
}


def read_order(body: Mapping[str, JsonValue], fallback: datetime) -> Order:
    """Return the order as this body describes it."""
    placed = read_time(body, "processed_at") or read_time(body, "created_at") or fallback
    currency = read_currency(body, "total_price") or read_text(body, "currency")
    return Order(
        id=read_id(body, "id"),
        placed_at=placed,
        updated_at=read_time(body, "updated_at") or fallback,
        state=read_state(body),
        total=read_money(body, "total_price"),
        currency=currency,
        number=choose_text(read_text(body, "name"), read_id(body, "order_number")),
        items=tuple(map(read_item, read_parts(body, "line_items"))),
        codes=tuple(code for part in read_parts(body, "discount_codes") if (code := read_text(part, "code"))),
        refunds={read_id(part, "id"): sum_refund(part, currency) for part in read_parts(body, "refunds")},
        test=get_path(body, "test") is True,
    )


def read_state(body: Mapping[str, JsonValue]) -> OrderState:
    """Return the order's state; a refund of everything outlasts a cancellation, which usually comes with it."""
    state = choose_state(read_status(body), STATES)
    if read_text(body, "cancelled_at") and state is not OrderState.REFUNDED:
        return OrderState.CANCELLED
    return state


def read_status(body: Mapping[str, JsonValue]) -> str:
    """Return the word for whether the order is paid."""
    return read_text(body, "financial_status").lower()


def read_item(line: Mapping[str, JsonValue]) -> LineItem:
    return LineItem(
        product_id=read_id(line, "product_id"),
        sku=read_text(line, "sku"),
        title=choose_text(read_text(line, "title"), read_text(line, "name")),
        quantity=read_count(line, "quantity"),
        price=read_money(line, "price"),
    )


def read_refund(body: Mapping[str, JsonValue]) -> Refund:
    """Return the refund of a refunds/create body, which does not name the buyer."""
    lines = read_parts(body, "refund_line_items")
    currency = next((read_currency(line, "subtotal") for line in lines), "")
    currency = currency or read_currency(body, "total_duties")
    return Refund(
        id=read_id(body, "id"),
        order_id=read_id(body, "order_id"),
        amount=sum_refund(body, currency),
        currency=currency or next((read_text(paid, "currency") for paid in list_paid(body)), ""),
    )


def sum_refund(refund: Mapping[str, JsonValue], currency: str) -> Decimal:
    """Return the money given back, or, before any has moved, what the lines and adjustments come to."""
    paid = list_paid(refund)
    if paid and all(read_text(part, "currency") in ("", currency) or not currency for part in paid):
        return sum((read_amount(part, "amount") for part in paid), Decimal(0))
    lines = read_parts(refund, "refund_line_items")
    owed = sum((read_money(line, "subtotal") + read_money(line, "total_tax") for line in lines), Decimal(0))
    adjusted = read_parts(refund, "order_adjustments")  # negative: taken off the order
    return owed - sum((read_money(part, "amount") + read_money(part, "tax_amount") for part in adjusted), Decimal(0))


def list_paid(refund: Mapping[str, JsonValue]) -> list[dict[str, JsonValue]]:
    """Return the payments back to the buyer that went through."""
    return [
        part
        for part in read_parts(refund, "transactions")
        if read_text(part, "kind") == "refund" and read_text(part, "status") == "success"
    ]


def read_money(body: Mapping[str, JsonValue], name: str) -> Decimal:
    """Return an amount in the shop's currency: `{name}_set.shop_money` where there is one, else `{name}`."""
    if read_currency(body, name):
        return read_amount(body, f"{name}_set", "shop_money", "amount")
    return read_amount(body, name)


def read_currency(body: Mapping[str, JsonValue], name: str) -> str:
    """Return the shop's currency of an amount, or ""."""
    return read_text(body, f"{name}_set", "shop_money", "currency_code")
