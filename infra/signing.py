"""Deliveries signed as their senders sign them: for examples on one machine, and for the smoke test of a stage."""

import base64
import hashlib
import hmac
from datetime import datetime

from chalicelib.downstream.signing import read_keys, sign_event

# Senders that sign the body alone, with the header that holds base64(HMAC-SHA-256).
DIGESTS = {
    "shopify": "X-Shopify-Hmac-SHA256",
    "tally": "Tally-Signature",
    "typeform": "Typeform-Signature",
    "woocommerce": "X-WC-Webhook-Signature",
}
PREFIXES = {"typeform": "sha256="}


def sign_delivery(
    sender: str, body: bytes, secret: str, *, address: str, message_id: str, now: datetime
) -> dict[str, str]:
    """Return the headers that hold a delivery's signature.

    `address` is where Square was told to post to, `message_id` the id of a Standard Webhooks message.
    """
    stamp = int(now.timestamp())
    match sender:
        case "stripe":
            digest = hmac.digest(secret.encode(), b"%d.%b" % (stamp, body), hashlib.sha256)
            return {"Stripe-Signature": f"t={stamp},v1={digest.hex()}"}
        case "webhooks":
            return sign_event(message_id, stamp, body, read_keys(secret))
        case "square":
            return {"X-Square-HmacSha256-Signature": digest_text(secret, address.encode() + body)}
    return {DIGESTS[sender]: PREFIXES.get(sender, "") + digest_text(secret, body)}


def digest_text(secret: str, content: bytes) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), content, hashlib.sha256)).decode()
