"""Webhook deliveries of Shopify, signed, through the app. Builders for tests."""

import base64
import hashlib
import hmac
import json

ORDER = {
    "id": 820982911946154515,
    "email": "asel@example.org",
    "created_at": "2026-02-28T10:00:00+06:00",
    "updated_at": "2026-02-28T10:00:00+06:00",
    "currency": "KZT",
    "total_price": "15900.00",
    "financial_status": "paid",
    "line_items": [{"id": 1, "title": "Чай", "quantity": 2, "price": "7950.00", "product_id": 77, "sku": "TEA-2"}],
    "customer": {"id": 706405506930370084, "email": "asel@example.org", "first_name": "Әсел"},
}

SHOPIFY = {
    "X_Shopify_Topic": "orders/create",
    "X_Shopify_Shop_Domain": "corner.myshopify.example",
    "X_Shopify_Webhook_Id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
}


def sign(body, secret=b"local-shopify-secret", digest=hashlib.sha256):
    return base64.b64encode(hmac.new(secret, body, digest).digest()).decode()


def post_order(api, body=None, **headers):
    raw = body if body is not None else json.dumps(ORDER, ensure_ascii=False).encode()
    signature = headers.pop("signature", sign(raw))
    given = {**SHOPIFY, **headers}
    if signature is not None:
        given["X_Shopify_Hmac_Sha256"] = signature
    return api.post("/hooks/shopify", raw, **given)
