"""One delivery of each sender about an invented customer: no order, no consent, nothing that a figure counts."""

import json
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from infra.signing import sign_delivery

SHOP = "corner-shop.example"  # where the stage lists no shop, any shop's delivery is taken
FORM_ID = "smoketest"
Written = tuple[dict[str, Any], dict[str, str]]  # a body, and the headers beside its signature


class Delivery(NamedTuple):
    """What a sender would post."""

    body: bytes
    headers: dict[str, str]


def write_delivery(sender: str, address: str, secret: str, *, url: str, shop: str, now: datetime) -> Delivery:
    """Return a signed delivery; `url` is the address that it is posted to, `shop` is "" where the stage lists none."""
    content, headers = WRITERS[sender](address, shop or SHOP, now)
    body, message_id = json.dumps(content, separators=(",", ":")).encode(), f"msg_{make_id()}"
    signature = sign_delivery(sender, body, secret, address=url, message_id=message_id, now=now)
    return Delivery(body, {"Content-Type": "application/json", **headers, **signature})


def make_id() -> str:
    return secrets.token_hex(12)


def make_number() -> int:
    """Return an id as Shopify and WooCommerce count; nobody else has it."""
    return secrets.randbelow(10**15) + 10**15


def write_shopify(address: str, shop: str, now: datetime) -> Written:
    customer = {"id": make_number(), "email": address, "first_name": None, "last_name": None, "state": "disabled"}
    headers = {"X-Shopify-Topic": "customers/create", "X-Shopify-Shop-Domain": shop}
    moment = {"created_at": now.isoformat(), "updated_at": now.isoformat()}
    return {**customer, **moment}, headers | {"X-Shopify-Webhook-Id": make_id()}


def write_woocommerce(address: str, shop: str, now: datetime) -> Written:
    headers = {"X-WC-Webhook-Topic": "customer.created", "X-WC-Webhook-Source": f"https://{shop}/"}
    moment = f"{now:%Y-%m-%dT%H:%M:%S}"
    return {"id": make_number(), "date_modified_gmt": moment, "email": address, "billing": {}}, headers


def write_stripe(address: str, shop: str, now: datetime) -> Written:
    customer = {"id": f"cus_{make_id()}", "object": "customer", "email": address}
    event = {"id": f"evt_{make_id()}", "object": "event", "created": int(now.timestamp()), "livemode": False}
    return {**event, "type": "customer.created", "data": {"object": customer}}, {}


def write_square(address: str, shop: str, now: datetime) -> Written:
    customer = {"id": make_id(), "email_address": address, "created_at": now.isoformat()}
    event = {"merchant_id": "SMOKETEST", "type": "customer.created", "event_id": make_id()}
    return {**event, "created_at": now.isoformat(), "data": {"object": {"customer": customer}}}, {}


def write_typeform(address: str, shop: str, now: datetime) -> Written:
    answer = {"type": "email", "email": address, "field": {"id": "email", "ref": "email", "type": "email"}}
    response = {"form_id": FORM_ID, "token": make_id(), "submitted_at": now.isoformat(), "answers": [answer]}
    return {"event_id": make_id(), "event_type": "form_response", "form_response": response}, {}


def write_tally(address: str, shop: str, now: datetime) -> Written:
    field = {"key": "question_email", "label": "E-mail", "type": "INPUT_EMAIL", "value": address}
    data = {"formId": FORM_ID, "submissionId": make_id(), "createdAt": now.isoformat(), "fields": [field]}
    return {"eventId": make_id(), "eventType": "FORM_RESPONSE", "createdAt": now.isoformat(), "data": data}, {}


def write_webhooks(address: str, shop: str, now: datetime) -> Written:
    return {"type": "smoke.test", "timestamp": now.isoformat(), "data": {"email": address}}, {}


WRITERS: Mapping[str, Callable[[str, str, datetime], Written]] = {
    "shopify": write_shopify,
    "square": write_square,
    "stripe": write_stripe,
    "tally": write_tally,
    "typeform": write_typeform,
    "webhooks": write_webhooks,
    "woocommerce": write_woocommerce,
}
