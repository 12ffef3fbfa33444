"""How large a delivery may be, and what is kept of one that does not fit into a row.

A row of DynamoDB holds 409,600 bytes. A delivery that does not fit, compressed, is cut to what is read from it; the
largest order measured is in docs/senders.md. Its dedupe key is made of the bytes that were sent (`name_submission`).
"""

import hashlib
import zlib

from chalicelib.errors import DefinitionError, UnreadableError
from chalicelib.models import Order, Reading, Submission
from chalicelib.senders import read_submission

# Lambda takes 6 MB (6,291,456 bytes) for a request's event, in which the gateway writes the body in base64; 60,000
# bytes are left for headers. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MOST_BYTES = 4_670_000
ROW_BYTES = 360_000  # of the compressed body: the other attributes, the seal and a history row's fields need the rest
OPENED_BYTES = 4_000_000  # of the body before compression: `vault.suite` opens 4,194,304
MOST_LINES = 5_000  # of an order; its total stays whole
CHUNK = 250_000  # what is kept of a body that cannot be read: random bytes too fit into a row


def fit_submission(submission: Submission) -> Submission:
    """Return a submission that fits into a row: as it came, or reduced, or as the beginning of what cannot be read."""
    if fits_row(submission.body):
        return submission
    sent = hashlib.sha256(submission.body).hexdigest()
    return submission.model_copy(update={"idempotency_key": sent, **cut_body(submission)})


def fits_row(body: bytes) -> bool:
    """Return whether a body fits into a row once it is compressed, and can be opened again."""
    return len(body) <= CHUNK or (len(body) <= OPENED_BYTES and len(zlib.compress(body)) <= ROW_BYTES)


def cut_body(submission: Submission) -> dict[str, object]:
    """Return a smaller body for a submission, and whether it is a Reading in JSON."""
    try:
        reading = cut_lines(read_submission(submission))
    except (UnreadableError, DefinitionError):
        return {"body": submission.body[:CHUNK]}
    reduced = reading.model_dump_json(exclude_defaults=True).encode()
    return {"body": reduced, "reduced": True} if fits_row(reduced) else {"body": submission.body[:CHUNK]}


def cut_lines(reading: Reading) -> Reading:
    """Return a reading whose orders have at most MOST_LINES lines."""
    return reading.model_copy(update={"orders": tuple(map(cut_order, reading.orders))})


def cut_order(order: Order) -> Order:
    return order.model_copy(update={"items": order.items[:MOST_LINES]})
