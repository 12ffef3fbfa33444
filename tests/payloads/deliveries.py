"""Deliveries that we invented, signed as their senders sign."""

import hashlib
import hmac
import json
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chalicelib.senders import Sender, find_sender

PAYLOADS = Path(__file__).parent
NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
SHOP = "corner.myshopify.com"
ADDRESS = "https://forms.shop.example/hooks/square"
SECRET = b"an-invented-secret"
STANDARD_SECRET = b"whsec_" + b64encode(b"0123456789abcdef01234567")


def load_sender(name: str) -> Sender:
    """Return a sender that there must be."""
    module = find_sender(name)
    assert module is not None
    return module


def read_payload(name: str) -> dict[str, Any]:
    """Return an invented body, e.g. `shopify/order`, as plain json reads it."""
    body: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text("utf-8"))
    return body


def write_body(body: Any) -> bytes:
    """Return a body as senders write it."""
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def digest_text(secret: bytes, content: bytes, algorithm: Any = hashlib.sha256) -> str:
    """Return a base64 HMAC."""
    return b64encode(hmac.new(secret, content, algorithm).digest()).decode()


def choose_secret(sender: str) -> bytes:
    """Return the secret that this sender's deliveries are signed with here."""
    return STANDARD_SECRET if sender == "webhooks" else SECRET


def sign_delivery(sender: str, raw: bytes, topic: str = "", now: datetime = NOW) -> dict[str, str]:
    """Return the headers, with lower-case names, that this sender would send along."""
    return {"content-type": "application/json", **SIGNERS[sender](raw, topic, now)}


def sign_shopify(raw: bytes, topic: str, now: datetime) -> dict[str, str]:
    """Sign as Shopify."""
    return {
        "x-shopify-topic": topic,
        "x-shopify-shop-domain": SHOP,
        "x-shopify-hmac-sha256": digest_text(SECRET, raw),
        "x-shopify-triggered-at": "2026-11-22T11:59:58.136738016Z",
        "x-shopify-webhook-id": "b528b59e-04ea-4957-8778-19141f4b3c79",
        "x-shopify-event-id": "98880550-7158-44d4-b7cd-2c97c8a091b5",
        "x-shopify-api-version": "2024-10",
    }


def sign_typeform(raw: bytes, topic: str, now: datetime) -> dict[str, str]:
    """Sign as Typeform."""
    return {"typeform-signature": "sha256=" + digest_text(SECRET, raw)}


def sign_square(raw: bytes, topic: str, now: datetime) -> dict[str, str]:
    """Sign as Square."""
    return {"x-square-hmacsha256-signature": digest_text(SECRET, ADDRESS.encode() + raw)}


def sign_stripe(raw: bytes, topic: str, now: datetime) -> dict[str, str]:
    """Sign as Stripe."""
    stamp = int(now.timestamp())
    return {"stripe-signature": f"t={stamp},v1={stamp_hex(raw, SECRET, stamp)},v0={'0' * 64}"}


def stamp_hex(raw: bytes, secret: bytes, stamp: int) -> str:
    """Return Stripe's signature of one version: hex of the HMAC over the time and the body."""
    return hmac.new(secret, b"%d.%b" % (stamp, raw), hashlib.sha256).hexdigest()


def sign_tally(raw: bytes, topic: str, now: datetime) -> dict[str, str]:
    """Sign as Tally."""
    return {"tally-signature": digest_text(SECRET, raw)}


def sign_woocommerce(raw: bytes, topic: str, now: datetime) -> dict[str, str]:
    """Sign as WooCommerce."""
    return {
        "x-wc-webhook-topic": topic,
        "x-wc-webhook-source": "https://Shop.example/store/",
        "x-wc-webhook-signature": digest_text(SECRET, raw),
        "x-wc-webhook-delivery-id": "263d29b68d77a67d6122c54b6c48cbc4",
    }


def sign_webhooks(raw: bytes, topic: str, now: datetime) -> dict[str, str]:
    """Sign as Standard Webhooks."""
    stamp = str(int(now.timestamp()))
    content = b".".join((b"msg_1", stamp.encode(), raw))
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + digest_text(b"0123456789abcdef01234567", content),
    }


SIGNERS = {
    "shopify": sign_shopify,
    "square": sign_square,
    "stripe": sign_stripe,
    "tally": sign_tally,
    "typeform": sign_typeform,
    "webhooks": sign_webhooks,
    "woocommerce": sign_woocommerce,
}
