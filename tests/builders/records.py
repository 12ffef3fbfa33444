"""A customer with something of every kind in their record. Builders for tests."""

import json
from datetime import datetime, timedelta

from chalicelib.models import MailState, RequestKind, Submission, Trust
from chalicelib.outreach.decide import handle_customer
from chalicelib.senders.link import withdraw_consent
from chalicelib.senders.privacy import ask_request
from chalicelib.settling.dispatch import settle_item
from chalicelib.store.links import Link, LinkKind
from tests.builders.mails import BOUNCE, CONSENT, DUE, Post, tell
from tests.builders.shop import NOW

ASEL = "asel@example.org"
DAY = timedelta(days=1)


def a_form_post(form: str, kind: str, at: datetime, *, fields=None, entry=None, consents=(), sensitive=None):
    """Return what the door writes for a form of ours."""
    body = {
        "form": form,
        "kind": kind,
        "version": "2026-11-22",
        "language": "kk",
        "fields": {"email": ASEL, **(fields or {})},
        "entry": entry or {},
        "consents": list(consents),
        **({"sensitive": sensitive} if sensitive else {}),
    }
    return Submission(
        sender="form",
        topic=form,
        trust=Trust.OWN,
        received_at=at + timedelta(minutes=3),
        occurred_at=at,
        idempotency_key=at.isoformat(),
        network="203.0.113.0/24",
        language="kk",
        body=json.dumps(body, sort_keys=True, ensure_ascii=False).encode(),
    )


def a_shop_order(number: int, at: datetime, *, items=(("Tea", 2, "12.50"),), currency="EUR", **more) -> Submission:
    """Return an order as Shopify signs it."""
    order = {
        "id": 9_000_000 + number,
        "name": f"#{number}",
        "order_number": number,
        "email": ASEL,
        "customer": {"id": 77_001, "email": ASEL, "state": "enabled"},
        "created_at": at.isoformat(),
        "updated_at": at.isoformat(),
        "currency": currency,
        "total_price": str(sum(quantity * float(price) for _, quantity, price in items)),
        "financial_status": "paid",
        "line_items": [
            {
                "id": place,
                "product_id": 880 + place,
                "sku": f"SKU-{place}",
                "title": title,
                "quantity": quantity,
                "price": price,
            }
            for place, (title, quantity, price) in enumerate(items, 1)
        ],
        **more,
    }
    return a_signed("shopify", "orders/create", order, at)


def a_signed(sender: str, topic: str, body, at: datetime, shop: str = "corner.example") -> Submission:
    """Return a message of a system of the shop."""
    return Submission(
        sender=sender,
        shop=shop,
        topic=topic,
        trust=Trust.SIGNED,
        received_at=at,
        occurred_at=at,
        body=json.dumps(body, ensure_ascii=False).encode(),
    )


def list_events() -> list[Submission]:
    """Return what arrived about one customer, of every kind, oldest first."""
    contacts = {"name": "Әсел Бекова", "phone": "+12025550123", "address": "12 Tea Street\nSpringfield"}
    picked = {"interests": ["new", "events"], "age_band": "25-34", "language": "kk"}
    survey = {"score": 9, "why": "Friendly people.", "why_us": ["people", "quality"], "found_us": "friend"}
    card = {"product": "Kettle", "serial_number": "K-4711", "purchased_on": "2026-02-11", "bought_at": "online"}
    spoken = {"code": "asel-bought", "amount": "1.00", "type": "fixed_amount"}
    paid_back = [{"kind": "refund", "status": "success", "amount": "4.25", "currency": "EUR"}]
    refund = {"id": 55, "order_id": 9_001_003, "refund_line_items": [], "transactions": paid_back}
    shipped = {
        "type": "pre-order.shipped",
        "data": {"email": ASEL, "parcel_number": "P-88", "stops": {"next_town": "Ely"}},
    }
    return [
        a_form_post("sign-up", "sign-up", NOW, fields={**contacts, **picked}, consents=[CONSENT]),
        a_form_post("survey", "survey", NOW + DAY, entry=survey),
        a_form_post("warranty", "warranty", NOW + 2 * DAY, entry=card, fields={"favourite_tea": "Assam"}),
        a_form_post("old-form", "response", NOW + 3 * DAY, entry={"shoe_size": 39, "likes_tea": True}),
        *(a_shop_order(1000 + step, NOW + (4 + step) * DAY, discount_codes=[spoken]) for step in range(3)),
        a_shop_order(1003, NOW + 7 * DAY, items=(("Kettle", 1, "40.00"), ("Cup", 3, "7.25"))),
        a_signed("shopify", "refunds/create", refund, NOW + 7 * DAY + timedelta(hours=1)),
        a_signed("webhooks", "pre-order.shipped", shipped, NOW + 7 * DAY + timedelta(hours=2), shop=""),
    ]


def live_life(shop, make_reading) -> str:
    """Let a customer leave something of every kind; return their id. `make_reading` opens the record as staff do."""
    for event in list_events():
        assert shop.take(event) == "settled"
    customer, post = shop.find_id(ASEL), Post()
    handle_customer(customer, shop.services(post), DUE)
    [(_, _, attempt)] = post.sent
    tell(shop, "Delivery", attempt)
    [mail] = shop.services().mails.list_mails(customer)
    assert mail.state is MailState.SENT
    tell(shop, "Bounce", attempt, at=DUE + DAY, **BOUNCE)
    link = Link(kind=LinkKind.STOP, purpose="marketing", campaign="welcome", mail_id=mail.mail_id, language="kk")
    name = next(each for each in mail.links if not each.startswith("mail:"))
    said = withdraw_consent(link, name, DUE + 2 * DAY, network="203.0.113.0/24", language="kk")
    assert settle_item(shop.accept(said), shop.services(), DUE + 2 * DAY) == "settled"
    asked = ask_request(RequestKind.ACCESS, ASEL, DUE + 3 * DAY, network="203.0.113.0/24", language="kk")
    assert settle_item(shop.accept(asked), shop.services(), DUE + 3 * DAY) == "settled"
    make_reading(customer, DUE + 4 * DAY)
    return customer
