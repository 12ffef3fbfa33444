"""`make buy EMAIL=... CODE=...`: buy in the stand-in shop of the running stack, as a customer who came back does.

The checkout takes a code that is live there, once; then the shop's signed order is delivered, with what was taken off.
"""

import argparse
import json
import secrets
import sys
import urllib.error
import urllib.request
from decimal import Decimal
from typing import Any

from infra.local.clock import read_now
from infra.local.post import EXAMPLES, send_delivery, sign_body
from infra.local.state import read_state
from infra.target import require_local

TOTAL = Decimal("24.00")
CENT = Decimal("0.01")


def check_out(shop: str, code: str) -> dict[str, Any] | None:
    """Use a code at the checkout; return what it gives, or None where the checkout refuses it."""
    asked = urllib.request.Request(f"{shop}/checkout", json.dumps({"code": code}).encode())
    try:
        with urllib.request.urlopen(asked, timeout=5) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return None


def count_off(given: dict[str, Any]) -> Decimal:
    """Return what a code takes off, whichever shop system gives it."""
    share = given.get("percentage") or Decimal(str(given.get("percent_off", 0))) / 100
    if given.get("discount_type") == "percent":
        share = Decimal(given["amount"]) / 100
    if share:
        return (TOTAL * Decimal(str(share))).quantize(CENT)
    amount = given.get("discountAmount", {}).get("amount") or given.get("amount") or Decimal(given["amount_off"]) / 100
    return min(TOTAL, Decimal(str(amount)))


def write_order(email: str, code: str, off: Decimal, currency: str) -> bytes:
    """Return the body of the shop's order."""
    order: dict[str, Any] = json.loads((EXAMPLES / "shopify-order.json").read_text())
    now = read_now().isoformat()
    order |= {"id": secrets.randbelow(10**15), "email": email, "created_at": now, "updated_at": now}
    order |= {"processed_at": now, "currency": currency, "total_price": str(TOTAL - off), "phone": None}
    order["customer"] = {"id": secrets.randbelow(10**15), "email": email}
    order["name"] = f"#{secrets.randbelow(9_000) + 1_000}"
    order["discount_codes"] = [{"code": code, "amount": str(off), "type": "percentage"}] if code else []
    for part in ("total_price_set", "contact_email", "billing_address", "shipping_address"):
        order.pop(part, None)
    return json.dumps(order).encode()


def main() -> int:
    parser = argparse.ArgumentParser(description="Buy in the stand-in shop.")
    parser.add_argument("--email", default="")
    parser.add_argument("--code", default="")
    parser.add_argument("--currency", default="USD")
    asked = parser.parse_args()
    if "@" not in asked.email:
        print("EMAIL=... says who buys; CODE=... is the code that is typed at the checkout.", file=sys.stderr)
        return 2
    state, off = read_state(), Decimal(0)
    if asked.code:
        given = check_out(str(state["shop"]), asked.code)
        if given is None:
            print(f"The checkout says: the code {asked.code} is not valid.")
            return 1
        off = count_off(given)
        print(f"The checkout takes {off} {asked.currency} off.")
    body = write_order(asked.email, asked.code.upper(), off, asked.currency)
    headers = {
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Shop-Domain": "corner-shop.example",
        "X-Shopify-Webhook-Id": secrets.token_hex(16),
        **sign_body("shopify", str(state["url"]), body),
    }
    status, answer = send_delivery(str(state["url"]), "shopify", body, headers)
    print(f"The order was delivered: {status} {answer}")
    return int(status != 202)


if __name__ == "__main__":
    require_local()
    sys.exit(main())
