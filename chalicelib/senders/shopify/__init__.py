"""Shopify: orders, refunds, customers, consents, checkouts and the three compliance topics.

https://shopify.dev/docs/apps/build/webhooks. Its limit is 5 seconds; it retries 8 times over 4 hours with the
original payload, and deletes a subscription made through the Admin API after 8 failures in a row.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from chalicelib.models import JsonValue, Reading, ReadingKind, SenderName, Submission, Trust
from chalicelib.senders.delivery import UNKNOWN, open_body
from chalicelib.senders.json_values import parse_time, read_time
from chalicelib.senders.shopify.shapes import FAMILIES
from chalicelib.senders.signatures import check_digest
from chalicelib.senders.source import CONTACTS, Fact, Source

SOURCE = Source(
    name=SenderName.SHOPIFY,
    kinds=(
        ReadingKind.ORDER,
        ReadingKind.REFUND,
        ReadingKind.CUSTOMER,
        ReadingKind.CONSENT,
        ReadingKind.CART,
        ReadingKind.OTHER,
    ),
    facts=(
        *CONTACTS,
        Fact.LANGUAGE,
        Fact.NUMBER,
        Fact.ORDERS,
        Fact.REFUNDS,
        Fact.CART,
        Fact.CONSENTS,
        Fact.COMPLIANCE,
    ),
    purposes=("orders", "marketing", "sms", "proof"),
)
CONTENT_TYPES = ("application/json",)
TOPIC = re.compile(r"[a-z][a-z0-9_.]{0,60}/[a-z0-9_]{1,40}")
DOMAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}")
DELIVERY_ID = re.compile(r"[A-Za-z0-9-]{1,80}")
CLAIMS = {"x-shopify-event-id": "event", "x-shopify-webhook-id": "webhook"}
# Before an order there is only a visitor, who may type another person's address.
TYPED = ("checkout", "checkout deleted", "cart")


def is_ping(raw: bytes, headers: Mapping[str, str]) -> bool:
    """Shopify has no handshake."""
    return False


def verify(
    raw: bytes, headers: Mapping[str, str], secrets: Sequence[bytes], now: datetime, *, address: str = ""
) -> None:
    """Check the digest. For an hour after the client secret was rotated, Shopify may still use the old one."""
    check_digest(raw, headers.get("x-shopify-hmac-sha256", ""), secrets)


def parse(raw: bytes, headers: Mapping[str, str], now: datetime) -> Submission:
    """Name what arrived. A header that names no topic or no shop leaves the delivery to be parked."""
    topic = choose_header(headers, "x-shopify-topic", TOPIC) or UNKNOWN
    body = open_body(raw)
    return Submission(
        sender=SenderName.SHOPIFY,
        shop=choose_header(headers, "x-shopify-shop-domain", DOMAIN).lower(),
        topic=topic,
        trust=Trust.OWN if FAMILIES.get(topic) in TYPED else Trust.SIGNED,
        received_at=now,
        occurred_at=find_time(body, headers, now),
        claims=list_claims(headers),
        body=raw,
    )


def interpret(submission: Submission) -> Reading:
    """Return what the body says; raise UnreadableError."""
    from chalicelib.senders.shopify.reading import read_thing  # the door never needs it

    return read_thing(submission)


def choose_header(headers: Mapping[str, str], name: str, pattern: re.Pattern[str]) -> str:
    """Return a header, or "" where it is missing or odd; a repeated header has become `a, b`, which is odd."""
    value = headers.get(name, "")
    return value if pattern.fullmatch(value) else ""


def find_time(body: Mapping[str, JsonValue], headers: Mapping[str, str], now: datetime) -> datetime:
    """Return when it happened: the object's own time, else when Shopify noticed (an unsigned header), never later
    than now."""
    noticed = parse_time(headers.get("x-shopify-triggered-at", ""))
    return min(read_time(body, "updated_at") or noticed or now, now)


def list_claims(headers: Mapping[str, str]) -> tuple[str, ...]:
    """Return Shopify's ids of the event (the same for every subscription) and of this delivery (over its retries)."""
    given = {kind: headers.get(name, "") for name, kind in CLAIMS.items()}
    return tuple(f"{kind}:{value}" for kind, value in given.items() if DELIVERY_ID.fullmatch(value))
