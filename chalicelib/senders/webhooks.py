"""Any sender of Standard Webhooks: https://www.standardwebhooks.com, specification 1.0.0.

The body is `{"type", "timestamp", "data"}`. It is kept whole; of a person only `data.email` and `data.phone` are read.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from chalicelib.models import Entry, Reading, ReadingKind, SenderName, Submission, Trust
from chalicelib.senders.delivery import UNKNOWN, open_body, read_body
from chalicelib.senders.json_values import read_part, read_text, read_time
from chalicelib.senders.signatures import check_message, find_header
from chalicelib.senders.source import Fact, Source

SOURCE = Source(
    name=SenderName.WEBHOOKS,
    kinds=(ReadingKind.LOGIN, ReadingKind.OTHER),
    facts=(Fact.EMAIL, Fact.PHONE, Fact.MESSAGE),
    purposes=("orders",),
)
CONTENT_TYPES = ("application/json",)
TYPE = re.compile(r"[A-Za-z0-9_.-]{1,100}")
# The event types of a shop's own system that campaigns use; an event of any other type is kept as `other`.
ENTRIES = {"pre-order.shipped": "pre-order-shipped"}
LOGIN = "customer.logged-in"  # only its time is kept: no entry, since some customers log in every day


def is_ping(raw: bytes, headers: Mapping[str, str]) -> bool:
    """Standard Webhooks have no handshake."""
    return False


def verify(
    raw: bytes, headers: Mapping[str, str], secrets: Sequence[bytes], now: datetime, *, address: str = ""
) -> None:
    """Check id, time and signatures."""
    check_message(raw, headers, secrets, now)


def parse(raw: bytes, headers: Mapping[str, str], now: datetime) -> Submission:
    """Name what arrived. The message's id is signed, and the same over retries."""
    body = open_body(raw)
    topic = read_text(body, "type")
    return Submission(
        sender=SenderName.WEBHOOKS,
        topic=topic if TYPE.fullmatch(topic) else UNKNOWN,
        trust=Trust.SIGNED,
        received_at=now,
        occurred_at=min(read_time(body, "timestamp") or now, now),
        claims=(f"webhook:{find_header(headers, 'id')}",),
        body=raw,
    )


def interpret(submission: Submission) -> Reading:
    """Return what the body says; raise UnreadableError."""
    data = read_part(read_body(submission), "data")
    logged_in = submission.topic == LOGIN
    return Reading(
        kind=ReadingKind.LOGIN if logged_in else ReadingKind.OTHER,
        email=read_text(data, "email"),
        phone=read_text(data, "phone"),
        entry=Entry(kind=ENTRIES.get(submission.topic, "other"), at=submission.occurred_at, values=data)
        if data and not logged_in
        else None,
    )
