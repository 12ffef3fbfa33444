"""The invented deliveries of tests/payloads by name. Builders for tests."""

import json

from tests.payloads.deliveries import PAYLOADS

# Which topic an invented body comes under; other senders name theirs in the body.
TOPICS = {
    "shopify/cart": "carts/update",
    "shopify/checkout": "checkouts/update",
    "shopify/checkout-deleted": "checkouts/delete",
    "shopify/customer": "customers/update",
    "shopify/customer-2025-01": "customers/update",
    "shopify/customer-deleted": "customers/delete",
    "shopify/customer-merge": "customers/merge",
    "shopify/customer-redact": "customers/redact",
    "shopify/data-request": "customers/data_request",
    "shopify/draft-order": "draft_orders/create",
    "shopify/email-consent": "customers_email_marketing_consent/update",
    "shopify/email-consent-blank": "customers_email_marketing_consent/update",
    "shopify/order": "orders/updated",
    "shopify/order-deleted": "orders/delete",
    "shopify/order-guest": "orders/create",
    "shopify/refund": "refunds/create",
    "shopify/shop-redact": "shop/redact",
    "shopify/sms-consent": "customers_marketing_consent/update",
    "woocommerce/customer": "customer.updated",
    "woocommerce/order": "order.updated",
    "woocommerce/order-deleted": "order.deleted",
    "woocommerce/order-draft": "order.created",
}

INVENTED = sorted(str(path.relative_to(PAYLOADS).with_suffix("")) for path in PAYLOADS.rglob("*.json"))


def read_file(name):
    return json.loads((PAYLOADS / f"{name}.json").read_text("utf-8"))
