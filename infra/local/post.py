"""Post an example to the running stack, signed as its sender signs: `python -m infra.local.post shopify [--same]`.

    shopify    an order of Asha Rao's
    square     her payment at the till
    stripe     a checkout that she paid
    typeform   a survey's answer
    webhooks   a system of the shop's own says that her pre-order left

Each post is a new order, response or message, unless `--same`: then it is the delivery of the file, and the second is a
duplicate.
"""

import argparse
import json
import os
import secrets
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from infra.local.clock import read_now
from infra.local.keys import sender_secret
from infra.local.state import read_state
from infra.signing import sign_delivery

EXAMPLES = Path(__file__).parents[1] / "examples"


def sign_body(sender: str, url: str, body: bytes, message_id: str = "") -> dict[str, str]:
    """Return the headers that sign a body under the local secret, at the stack's own time and address."""
    address = f"{os.environ.get('PUBLIC_URL', url)}/hooks/{sender}"
    return sign_delivery(sender, body, sender_secret(sender), address=address, message_id=message_id, now=read_now())


def shopify_delivery(url: str, *, same: bool) -> tuple[bytes, dict[str, str]]:
    """Return an order's body and headers."""
    order: dict[str, Any] = json.loads((EXAMPLES / "shopify-order.json").read_text())
    if not same:
        order["id"] = secrets.randbelow(10**18)
        order["name"] = f"#{secrets.randbelow(9_000) + 1_000}"
    body = json.dumps(order).encode()
    return body, {
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Shop-Domain": "corner-shop.example",
        "X-Shopify-API-Version": "2024-10",
        "X-Shopify-Webhook-Id": "example-1" if same else secrets.token_hex(16),
        **sign_body("shopify", url, body),
    }


def typeform_delivery(url: str, *, same: bool) -> tuple[bytes, dict[str, str]]:
    """Return a response's body and headers."""
    response: dict[str, Any] = json.loads((EXAMPLES / "typeform-response.json").read_text())
    if not same:
        response["event_id"] = secrets.token_hex(13)
        response["form_response"]["token"] = secrets.token_hex(16)
    body = json.dumps(response).encode()
    return body, sign_body("typeform", url, body)


def stripe_delivery(url: str, *, same: bool) -> tuple[bytes, dict[str, str]]:
    """Return a paid checkout's body and headers, signed at the stack's own time."""
    event: dict[str, Any] = json.loads((EXAMPLES / "stripe-checkout.json").read_text())
    stamp = int(read_now().timestamp())
    if not same:
        event["id"], event["created"] = f"evt_{secrets.token_hex(12)}", stamp
        event["data"]["object"]["payment_intent"] = f"pi_{secrets.token_hex(12)}"
    body = json.dumps(event).encode()
    return body, sign_body("stripe", url, body)


def square_delivery(url: str, *, same: bool) -> tuple[bytes, dict[str, str]]:
    """Return a payment's body and headers, signed for the address that the stack calls its own."""
    event: dict[str, Any] = json.loads((EXAMPLES / "square-payment.json").read_text())
    if not same:
        event["event_id"] = secrets.token_hex(16)
        event["data"]["object"]["payment"]["id"] = secrets.token_hex(16)
    body = json.dumps(event).encode()
    return body, sign_body("square", url, body)


def webhooks_delivery(url: str, *, same: bool) -> tuple[bytes, dict[str, str]]:
    """Return a Standard Webhooks message's body and headers, signed at the stack's own time."""
    message: dict[str, Any] = json.loads((EXAMPLES / "pre-order-shipped.json").read_text())
    now = read_now()
    if not same:
        message["timestamp"] = now.isoformat()
    body = json.dumps(message).encode()
    message_id = "msg_example" if same else f"msg_{secrets.token_hex(12)}"
    return body, sign_body("webhooks", url, body, message_id)


DELIVERIES = {
    "shopify": shopify_delivery,
    "square": square_delivery,
    "stripe": stripe_delivery,
    "typeform": typeform_delivery,
    "webhooks": webhooks_delivery,
}


def post_delivery(url: str, sender: str, *, same: bool) -> tuple[int, str]:
    """Post one delivery; return the status and the answer's text."""
    body, headers = DELIVERIES[sender](url, same=same)
    return send_delivery(url, sender, body, headers)


def send_delivery(url: str, sender: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """Post a signed body; return the status and the answer's text."""
    headers["Content-Type"] = "application/json"
    request = urllib.request.Request(f"{url}/hooks/{sender}", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


def main() -> None:
    """Post one example to the running stack."""
    parser = argparse.ArgumentParser(description="Post a signed example.")
    parser.add_argument("sender", choices=sorted(DELIVERIES))
    parser.add_argument("--same", action="store_true", help="send the file's own delivery, unchanged")
    given = parser.parse_args()
    status, text = post_delivery(read_state()["url"], given.sender, same=given.same)
    print(status, text)


if __name__ == "__main__":
    main()
