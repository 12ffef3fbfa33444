"""What waits for the shop's own systems. Builders for tests."""

import json

ASEL = "asel@example.org"
YES = {"purpose": "marketing", "words": "Yes, write to me.", "words_version": "2026-01-01", "language": "en"}


def read_outbox(shop):
    """Return (kind, data) of every event that waits."""
    rows = [row for row in shop.read_all("customers") if row["pk"]["S"].startswith("out#")]
    return [(row["kind"]["S"], json.loads(row["data"]["S"])) for row in rows]
