"""An order of the size that measurements use. It imports nothing of ours: `make bench` sets the environment first."""

import json

from infra.places import ROOT

EXAMPLE = ROOT / "infra" / "examples" / "shopify-order.json"
LEAST = 5_000  # bytes


def write_order(number: int) -> bytes:
    """Return a Shopify order of about five kilobytes, unlike any other."""
    order = json.loads(EXAMPLE.read_text())
    order["id"] = 10**17 + number
    items = order["line_items"]
    while len(json.dumps(order)) < LEAST:
        order["line_items"] = [*order["line_items"], {**items[0], "id": len(order["line_items"])}]
    return json.dumps(order).encode()
