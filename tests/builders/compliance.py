"""Shopify's webhooks about privacy. Builders for tests."""

import json

from chalicelib.models import Submission, Trust
from tests.builders.erasures import LATER

DOMAIN = "corner.example"


def a_webhook(topic, body, *, at=LATER, domain=DOMAIN, claims=()):
    """Return a signed delivery of Shopify's."""
    return Submission(
        sender="shopify",
        shop=domain,
        topic=topic,
        trust=Trust.SIGNED,
        received_at=at,
        occurred_at=at,
        claims=claims,
        body=json.dumps(body).encode(),
    )
