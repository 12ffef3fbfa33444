"""Orders, refunds, customers and consents of the invented shop, as its shop system delivers them (Shopify)."""

import json
from datetime import datetime
from typing import Any

from chalicelib.models import Submission
from chalicelib.senders.shopify import parse
from infra.demo.catalogue import BY_SKU
from infra.demo.person import Invented
from infra.demo.purchases import Bought

SHOP = "leaf-and-bean.example"
CURRENCY = "EUR"


def deliver(topic: str, at: datetime, body: dict[str, Any], name: str) -> Submission:
    """Return what a signed delivery becomes at the door; `name` is its id."""
    headers = {
        "x-shopify-topic": topic,
        "x-shopify-shop-domain": SHOP,
        "x-shopify-webhook-id": f"demo-{name}",
        "x-shopify-triggered-at": at.isoformat(),
    }
    return parse(json.dumps(body, ensure_ascii=False).encode(), headers, at)


def tell_customer(person: Invented) -> Submission:
    """Return that somebody opened an account in the shop system, with a confirmed yes to mails."""
    body = {**name_customer(person), "created_at": stamp(person.joined), "updated_at": stamp(person.joined)}
    body["email_marketing_consent"] = write_consent("subscribed", person.joined)
    return deliver("customers/create", person.joined, body, f"customer-{person.number}")


def tell_end(person: Invented, at: datetime) -> Submission:
    """Return that somebody ended their consent in the shop system."""
    body = {
        "customer_id": person.sender_id,
        "email_address": person.email,
        "email_marketing_consent": write_consent("unsubscribed", at),
    }
    return deliver("customers_email_marketing_consent/update", at, body, f"end-{person.number}")


def tell_order(person: Invented, order: Bought) -> Submission:
    """Return the order."""
    body = write_order(person, order)
    return deliver("orders/create", order.at, body, f"order-{order.id}")


def tell_cancelled(person: Invented, order: Bought, at: datetime) -> Submission:
    """Return that the order was cancelled."""
    body = {**write_order(person, order), "cancelled_at": stamp(at), "updated_at": stamp(at)}
    return deliver("orders/cancelled", at, body, f"cancelled-{order.id}")


def tell_refund(order: Bought, at: datetime) -> Submission:
    """Return that one good of the order went back and was paid back; it does not name the buyer."""
    amount = str(BY_SKU[order.back].price)
    paid = {"kind": "refund", "status": "success", "amount": amount, "currency": CURRENCY}
    body = {"id": order.id + 500, "order_id": order.id, "created_at": stamp(at), "processed_at": stamp(at)}
    body |= {"refund_line_items": [], "transactions": [paid]}
    return deliver("refunds/create", at, body, f"refund-{order.id}")


def write_order(person: Invented, order: Bought) -> dict[str, Any]:
    """Return the body of an order."""
    lines = [
        {"id": place, "sku": sku, "title": BY_SKU[sku].title, "quantity": quantity, "price": str(BY_SKU[sku].price)}
        for place, (sku, quantity) in enumerate(order.lines, 1)
    ]
    times = dict.fromkeys(("created_at", "processed_at", "updated_at"), stamp(order.at))
    return {
        "id": order.id,
        "name": f"#{order.id - 900_000_000}",
        "email": person.email,
        **times,
        "currency": CURRENCY,
        "total_price": str(order.total),
        "financial_status": "paid",
        "line_items": lines,
        "customer": name_customer(person),
    }


def name_customer(person: Invented) -> dict[str, Any]:
    """Return a customer with an account; the name whole, since not every name has a first and a last part."""
    named: dict[str, Any] = {"id": person.sender_id, "email": person.email, "state": "enabled"}
    return {**named, "first_name": person.name, **({"phone": person.phone} if person.phone else {})}


def write_consent(state: str, at: datetime) -> dict[str, str]:
    """Return what the shop system says of a consent."""
    return {"state": state, "opt_in_level": "confirmed_opt_in", "consent_updated_at": stamp(at)}


def stamp(at: datetime) -> str:
    return at.isoformat()
