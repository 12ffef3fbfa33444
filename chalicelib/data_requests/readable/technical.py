"""What stands in data.json alone, and what the readable copy says by not saying it.

The page tells its reader that ids and the messages word for word are in data.json. A test holds page and JSON to this.
"""

from collections.abc import Mapping

from chalicelib.models import JsonValue

# Of use to programs alone: random and foreign ids, and each message as it came; what it says stands in the chapters.
TECHNICAL: Mapping[str, tuple[str, ...]] = {
    "person": ("customer_id",),
    "orders": ("id", "source", "refunds"),  # the refunds' ids; their amounts are shown
    "orders.items": ("product_id",),
    "refunds": ("id", "order_id"),  # the order's number is shown
    "entries": ("id",),
    "entries.cart": ("token",),
    "mails": ("occasion",),
    "history": ("ids", "body", "topic"),  # the kind of what it says is shown in words
}
# The usual case, which goes without saying; the page says the other one.
USUAL: Mapping[tuple[str, str], JsonValue] = {
    ("fields", "used"): True,
    ("fields", "proven"): False,
    ("entries", "proven"): False,
    ("orders", "test"): False,
    ("person", "restricted"): False,
}
EMPTY: tuple[JsonValue, ...] = (None, "", [], {}, ())


def is_unsaid(section: str, name: str, value: JsonValue) -> bool:
    """Return whether the page leaves a value out: it is empty, the usual case, or of use to programs alone."""
    if any(value is empty or (type(value) is type(empty) and value == empty) for empty in EMPTY):
        return True
    if (section, name) in USUAL:
        return value is USUAL[section, name]
    return name in TECHNICAL.get(section, ())
