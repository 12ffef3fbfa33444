"""A record with a value in every column, as rows. A builder for tests."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from chalicelib.data_requests.record import Section, make_section
from chalicelib.data_requests.values import dump_row
from chalicelib.models import (
    Consent,
    ConsentState,
    Entry,
    Grade,
    HeldName,
    HeldValue,
    LineItem,
    Order,
    OrderState,
    Refund,
)

DAY = timedelta(days=1)


def a_full_record() -> tuple[Section, ...]:
    """Return a record whose rows have a value in every column, most of them found nowhere else."""
    at = datetime(2025, 5, 17, 8, 41, tzinfo=UTC)
    held = HeldValue(
        value="Assam",
        at=at,
        source="import:list-2019",
        grade=Grade.SIGNED,
        purpose="sms",
        proven=True,
        under="old@example.org",
    )
    name = HeldName(
        kind="id",
        value="square:L-88:C-4477",
        at=at + DAY,
        grade=Grade.CONFIRMED,
        source="square:L-88:C-1",
        via="via@example.org",
        until=at + 2 * DAY,
    )
    consent = Consent(
        purpose="sms",
        state=ConsentState.PENDING,
        at=at + 3 * DAY,
        channel="form:sign-up",
        words="Ja, gern.",
        words_version="2025-02-03",
        language="de",
        network="198.51.100.0/24",
        address="third@example.org",
    )
    item = LineItem(product_id="P-1", sku="TEA-250", title="Darjeeling", quantity=17, price=Decimal("3.15"))
    order = Order(
        id="O-9",
        placed_at=at + 4 * DAY,
        updated_at=at + 5 * DAY,
        state=OrderState.CANCELLED,
        total=Decimal("53.55"),
        currency="KZT",
        number="K-2024",
        items=(item,),
        codes=("BACK-77",),
        refunds={"R-1": Decimal("12.05")},
        test=True,
    )
    refund = Refund(id="R-2", order_id="O-77", amount=Decimal("8.35"), currency="INR")
    cart = {
        "token": "t-1",
        "items": [item.model_dump(mode="json") | {"title": "Oolong"}],
        "total": "44.10",
        "currency": "GBP",
        "recover_url": "https://shop.example/cart/1",
        "completed_at": "2025-05-29T06:07:00Z",
    }
    answered = Entry(
        kind="response",
        at=at + 6 * DAY,
        values={"shoe_size": 43, "colours": ["red", "green"], "deep": {"down_there": [{"is_it": True}]}},
        sensitive={"allergy": "sms"},
        proven=True,
        id="E-1",
    )
    person = {
        "customer_id": "c-1",
        "events": 4321,
        **{
            each: (at + (10 + place) * DAY).isoformat()
            for place, each in enumerate(
                (
                    *("first_seen", "last_seen", "last_login", "clicked", "last_purchase"),
                    *("status_since", "next_due", "written_at"),
                )
            )
        },
        "status": "at_risk",
        "status_because": "usual gap 23 days, now 45",
        "restricted": True,
        "ages": [{"at": at.isoformat(), "age": "1987"}],
        "joined": {"sms": (at + 20 * DAY).isoformat()},
    }
    times = [(at + (30 + place) * DAY).isoformat() for place in range(9)]
    rows = {
        "person": person,
        "fields": {"name": "favourite_tea", **dump_row(held), "used": False},
        "identities": dump_row(name),
        "consents": dump_row(consent),
        "consent_history": {
            "trust": "anonymous",
            **dump_row(consent.model_copy(update={"state": ConsentState.WITHDRAWN, "words": "Nein."})),
        },
        "orders": {"source": "woocommerce:tea.example:O-9", **dump_row(order)},
        "refunds": dump_row(refund),
        "entries": dump_row(answered),
        "mails": {
            "campaign": "win-back",
            "occasion": "o-1",
            "state": "capped",
            "at": times[0],
            "not_after": times[1],
            "marketing": True,
            "code": "BACK-99",
            "outcomes": [{"what": "opened", "at": times[2]}],
        },
        "campaigns": {
            "campaign": "spring-sale",
            "purpose": "sms",
            "writes": True,
            "at": times[3],
            "because": "29 days 3 hours after a purchase",
        },
        "stops": {"reason": "complained", "at": times[4]},
        "requests": {"kind": "correct", "state": "unreachable", "at": times[5], "language": "hi"},
        "readings": {"at": times[6], "by": "staff", "why": "looked for a parcel"},
        "doubles": {"shared": "phone"},
        "gifts": {"gift_card": "G-1", "worth": Decimal("20.5")},
        "history": {
            "at": times[7],
            "received_at": times[8],
            "sender": "tally",
            "shop": "F-1",
            "topic": "FORM_RESPONSE",
            "kind": "survey",
            "trust": "signed",
            "network": "192.0.2.0/24",
            "language": "bn",
            "ids": ["event:1"],
            "body": "{}",
        },
    }
    more = {"entries": [dump_row(Entry(kind="cart", at=at + 7 * DAY, values=cart))]}
    return tuple(make_section(each, [row, *more.get(each, [])]) for each, row in rows.items())
