"""Stripe: paid checkouts and invoices, refunds, customers.

https://docs.stripe.com/webhooks. It retries for 3 days, with a new time and signature each, and in no order. The body
is signed whole, so nothing in it is checked at the door: what cannot be read is kept, and parked when settling.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from chalicelib.models import Reading, ReadingKind, SenderName, Submission, Trust
from chalicelib.senders.delivery import UNKNOWN, open_body
from chalicelib.senders.json_values import read_seconds, read_text
from chalicelib.senders.signatures import check_stamp
from chalicelib.senders.source import CONTACTS, Fact, Source

SOURCE = Source(
    name=SenderName.STRIPE,
    kinds=(ReadingKind.ORDER, ReadingKind.REFUND, ReadingKind.CUSTOMER, ReadingKind.OTHER),
    facts=(*CONTACTS, Fact.LANGUAGE, Fact.NUMBER, Fact.ORDERS, Fact.REFUNDS, Fact.CONSENTS),
    purposes=("orders", "marketing", "proof"),
)
CONTENT_TYPES = ("application/json",)
TYPE = re.compile(r"[a-z0-9_.]{1,100}")
ID = re.compile(r"[A-Za-z0-9_]{1,100}")


def is_ping(raw: bytes, headers: Mapping[str, str]) -> bool:
    """Stripe has no handshake."""
    return False


def verify(
    raw: bytes, headers: Mapping[str, str], secrets: Sequence[bytes], now: datetime, *, address: str = ""
) -> None:
    """Check time and signatures; the key is the whole text of the secret, `whsec_` and all."""
    check_stamp(raw, headers.get("stripe-signature", ""), secrets, now)


def parse(raw: bytes, headers: Mapping[str, str], now: datetime) -> Submission:
    """Name what arrived. `account` is there for an account that is connected to the shop's own."""
    event = open_body(raw)
    topic, event_id, account = (read_text(event, name) for name in ("type", "id", "account"))
    return Submission(
        sender=SenderName.STRIPE,
        shop=account if ID.fullmatch(account) else "",
        topic=topic if TYPE.fullmatch(topic) else UNKNOWN,
        trust=Trust.SIGNED,
        received_at=now,
        occurred_at=min(read_seconds(event, "created") or now, now),
        claims=(f"event:{event_id}",) if ID.fullmatch(event_id) else (),
        body=raw,
    )


def interpret(submission: Submission) -> Reading:
    """Return what the event says; raise UnreadableError."""
    from chalicelib.senders.stripe.reading import read_event  # the door never needs it

    return read_event(submission)
