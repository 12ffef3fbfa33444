"""Orders as Shopify sends them. Builders for tests."""

import json
from datetime import timedelta

from chalicelib.models import Submission, Trust
from tests.builders.mails import DUE


def an_order(email, *, topic="orders/create", code="", at=DUE + timedelta(days=2), number=7):
    """Return a signed order placed after a mail."""
    order = {
        "id": number,
        "email": email,
        "created_at": at.isoformat(),
        "updated_at": at.isoformat(),
        "currency": "EUR",
        "total_price": "30.00",
        "financial_status": "paid",
        "line_items": [{"id": 1, "title": "Tea", "quantity": 1, "price": "30.00"}],
        "discount_codes": [{"code": code, "amount": "3.00", "type": "percentage"}] if code else [],
    }
    return Submission(
        sender="shopify",
        shop="corner.example",
        topic=topic,
        trust=Trust.SIGNED,
        received_at=at,
        occurred_at=at,
        body=json.dumps(order).encode(),
    )


def numbered(email, written, *, order=7, at=DUE + timedelta(days=2)):
    """Return an order with the number that Shopify shows of it."""
    submission = an_order(email, number=order, at=at)
    body = json.loads(submission.body) | {"name": written}
    return submission.model_copy(update={"body": json.dumps(body).encode()})
