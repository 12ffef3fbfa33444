"""Square: payments, refunds, customers; of orders no more than ids and a state.

https://developer.squareup.com/docs/webhooks/overview. 10 seconds; retried for 24 hours. The body is signed whole, so
nothing in it is checked at the door: what cannot be read is kept, and parked when settling.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from chalicelib.models import Reading, ReadingKind, SenderName, Submission, Trust
from chalicelib.senders.delivery import UNKNOWN, open_body
from chalicelib.senders.json_values import read_text, read_time
from chalicelib.senders.signatures import check_digest
from chalicelib.senders.source import CONTACTS, Fact, Source

SOURCE = Source(
    name=SenderName.SQUARE,
    kinds=(ReadingKind.ORDER, ReadingKind.REFUND, ReadingKind.CUSTOMER, ReadingKind.OTHER),
    facts=(*CONTACTS, Fact.NUMBER, Fact.ORDERS, Fact.REFUNDS, Fact.CONSENTS),
    purposes=("orders", "marketing", "proof"),
)
CONTENT_TYPES = ("application/json",)
TYPE = re.compile(r"[a-z0-9_.]{1,100}")
ID = re.compile(r"[A-Za-z0-9_-]{1,100}")


def is_ping(raw: bytes, headers: Mapping[str, str]) -> bool:
    """Square has no handshake; its test notification is a signed delivery."""
    return False


def verify(raw: bytes, headers: Mapping[str, str], secrets: Sequence[bytes], now: datetime, *, address: str) -> None:
    """Check the digest over the notification's address, as the shop gave it to Square, and the body."""
    check_digest(address.encode() + raw, headers.get("x-square-hmacsha256-signature", ""), secrets)


def parse(raw: bytes, headers: Mapping[str, str], now: datetime) -> Submission:
    """Name what arrived."""
    event = open_body(raw)
    topic, event_id, merchant = (read_text(event, name) for name in ("type", "event_id", "merchant_id"))
    return Submission(
        sender=SenderName.SQUARE,
        shop=merchant if ID.fullmatch(merchant) else "",
        topic=topic if TYPE.fullmatch(topic) else UNKNOWN,
        trust=Trust.SIGNED,
        received_at=now,
        occurred_at=min(read_time(event, "created_at") or now, now),
        claims=(f"event:{event_id}",) if ID.fullmatch(event_id) else (),
        body=raw,
    )


def interpret(submission: Submission) -> Reading:
    """Return what the event says; raise UnreadableError."""
    from chalicelib.senders.square.reading import read_event  # the door never needs it

    return read_event(submission)
