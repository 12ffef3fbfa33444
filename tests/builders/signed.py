"""Messages of a shop system by what they say, whatever its format. Builders for tests."""

import hashlib
from datetime import timedelta
from decimal import Decimal

from chalicelib.models import Order, OrderState, Reading, Submission, Trust
from tests.builders.shop import NOW

SHOP = "corner.example"


def says(reading, minute=0, *, sender="woocommerce", shop=SHOP, trust=Trust.SIGNED, topic="customer.updated"):
    """Return a signed message, so many minutes after NOW."""
    at = NOW + timedelta(minutes=minute)
    body = reading.model_dump_json(exclude_defaults=True).encode()
    return Submission(
        sender=sender,
        shop=shop,
        topic=topic,
        trust=trust,
        received_at=at,
        occurred_at=at,
        idempotency_key=f"{minute}:{hashlib.sha256(body).hexdigest()}",  # as a reduced delivery has it
        reduced=True,
        body=body,
    )


def account(number, email="", minute=0, **values):
    """Return what an account's own message says."""
    changes = {name: values.pop(name) for name in ("sender", "shop") if name in values}
    return says(Reading(kind="customer", sender_id=str(number), email=email, **values), minute, **changes)


def an_order_of(order_id, email="", number="", minute=0, *, total=20, state=OrderState.PAID, placed=0, **values):
    """Return what a message about one order says; it was placed and changed so many minutes after NOW."""
    order = Order(
        id=str(order_id),
        placed_at=NOW + timedelta(minutes=placed),
        updated_at=NOW + timedelta(minutes=minute),
        state=state,
        total=Decimal(total),
        currency="EUR",
    )
    reading = Reading(kind="order", sender_id=str(number), email=email, orders=(order,), **values)
    return says(reading, minute, topic="order.updated")
