"""WooCommerce: orders and customers.

https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks and its class-wc-webhook.php. It waits 60 seconds,
never retries, and disables a webhook after more than 5 failures in a row.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from chalicelib.models import Reading, ReadingKind, SenderName, Submission, Trust
from chalicelib.senders.delivery import UNKNOWN, open_body
from chalicelib.senders.signatures import check_digest
from chalicelib.senders.source import CONTACTS, Fact, Source
from chalicelib.senders.woocommerce.shapes import DRAFT, read_gmt, read_status
from chalicelib.senders.woocommerce.source_host import read_host

SOURCE = Source(
    name=SenderName.WOOCOMMERCE,
    kinds=(ReadingKind.ORDER, ReadingKind.CUSTOMER, ReadingKind.CART, ReadingKind.OTHER),
    facts=(*CONTACTS, Fact.NUMBER, Fact.ORDERS, Fact.REFUNDS, Fact.CART),
    purposes=("orders",),
)
CONTENT_TYPES = ("application/json", "application/x-www-form-urlencoded")  # the second for its ping
PING = re.compile(rb"webhook_id=[0-9]{1,20}")
TOPIC = re.compile(r"[a-z_]{1,40}\.[a-z0-9_]{1,80}")
SIGNATURE = "x-wc-webhook-signature"


def is_ping(raw: bytes, headers: Mapping[str, str]) -> bool:
    """Return whether this is the unsigned `webhook_id=<n>`, sent once on creation and answered with exactly 200."""
    return SIGNATURE not in headers and PING.fullmatch(raw) is not None


def verify(
    raw: bytes, headers: Mapping[str, str], secrets: Sequence[bytes], now: datetime, *, address: str = ""
) -> None:
    """Check the digest."""
    check_digest(raw, headers.get(SIGNATURE, ""), secrets)


def parse(raw: bytes, headers: Mapping[str, str], now: datetime) -> Submission:
    """Name what arrived.

    Nothing is claimed. X-WC-Webhook-Delivery-ID is a hash of the webhook and the second: two orders of one second
    share it. WooCommerce retries nothing either, and a repeated body has the same dedupe key.
    """
    topic = headers.get("x-wc-webhook-topic", "")
    body = open_body(raw)
    return Submission(
        sender=SenderName.WOOCOMMERCE,
        shop=read_host(headers.get("x-wc-webhook-source", "")),
        topic=topic if TOPIC.fullmatch(topic) else UNKNOWN,
        trust=Trust.OWN if read_status(body) == DRAFT else Trust.SIGNED,
        received_at=now,
        occurred_at=min(read_gmt(body, "date_modified") or now, now),
        body=raw,
    )


def interpret(submission: Submission) -> Reading:
    """Return what the body says; raise UnreadableError."""
    from chalicelib.senders.woocommerce.reading import read_thing  # the door never needs it

    return read_thing(submission)
