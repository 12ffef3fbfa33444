"""Stripe and Square through the whole app: a signed delivery is kept, settled once, and parked where unreadable."""

import hashlib
import hmac
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.settling.dispatch import sweep_inbox
from tests.builders.api import open_api
from tests.payloads.deliveries import read_payload, stamp_hex, write_body

LATER = datetime(2026, 11, 22, 13, tzinfo=UTC)


@pytest.fixture
def api(shop, tables, cloud, monkeypatch):
    monkeypatch.setenv("PUBLIC_URL", "https://forms.shop.example/prod/")
    with open_api(shop, tables, cloud, monkeypatch) as client:
        client.millis = int(datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp() * 1000)
        yield client


def post_stripe(api, raw):
    stamp = api.millis // 1000
    signature = f"t={stamp},v1={stamp_hex(raw, b'local-stripe-secret', stamp)}"
    return api.post("/hooks/stripe", raw, Stripe_Signature=signature)


def post_square(api, raw, address="https://forms.shop.example/prod/hooks/square"):
    digest = hmac.new(b"local-square-secret", address.encode() + raw, hashlib.sha256).digest()
    return api.post("/hooks/square", raw, X_Square_Hmacsha256_Signature=b64encode(digest).decode())


POSTS = {"stripe": post_stripe, "square": post_square}


@pytest.mark.parametrize(
    ("sender", "name", "email"),
    [("stripe", "checkout", "ines.duarte@example.org"), ("square", "payment", "lina.sorensen@example.org")],
)
def test_a_purchase_becomes_a_customer_and_its_retry_changes_nothing(api, shop, sender, name, email):
    body = read_payload(f"{sender}/{name}")
    post = POSTS[sender]

    assert post(api, write_body(body)).status_code == 202
    assert post(api, write_body(body)).status_code == 200
    assert post(api, json.dumps(body, indent=1).encode()).status_code == 202  # other bytes, the same event
    assert sweep_inbox(shop.services(), LATER) == {"settled": 1, "duplicate": 1}
    profile = shop.read_profile(email)
    assert len(profile.latest) == profile.totals.purchases == 1
    assert profile.last_purchase is not None
    assert profile.events == 1


@pytest.mark.parametrize("sender", POSTS)
@pytest.mark.parametrize("raw", [b"not json", b"", b"[]", b'{"type": "payment.updated"}', b'{"type": "invoice.paid"}'])
def test_a_signed_delivery_is_never_refused_for_its_content(api, shop, sender, raw):
    assert POSTS[sender](api, raw).status_code == 202
    (outcome,) = sweep_inbox(shop.services(), LATER + timedelta(minutes=5))
    assert outcome in ("parked", "nobody", "settled")


@pytest.mark.parametrize("sender", POSTS)
def test_a_body_that_cannot_be_read_is_parked(api, shop, sender):
    POSTS[sender](api, b"not json")

    assert sweep_inbox(shop.services(), LATER) == {"parked": 1}


def test_square_signs_the_address_of_the_settings(api, shop):
    raw = write_body(read_payload("square/payment"))
    for address in ("https://forms.shop.example/hooks/square", "http://localhost/hooks/square"):
        assert post_square(api, raw, address).status_code == 401
    assert shop.read_all("inbox") == []
