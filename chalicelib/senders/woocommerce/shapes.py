"""What a WooCommerce body must look like to be what its topic promises."""

from collections.abc import Mapping
from datetime import datetime

from chalicelib.errors import UnreadableError
from chalicelib.models import JsonValue
from chalicelib.senders.json_values import parse_time, read_id, read_text

DRAFT = "checkout-draft"  # a visitor is still typing: not an order yet


def check_shape(topic: str, body: Mapping[str, JsonValue]) -> None:
    """Raise UnreadableError for an order or customer without an id, or for one sent as the other."""
    thing, _, event = topic.partition(".")
    if thing not in ("order", "customer"):
        return
    odd = {"order": "username", "customer": "line_items"}[thing]
    if not read_id(body, "id") or odd in body or (event != "deleted" and "billing" not in body):
        raise UnreadableError(f"{topic}: not of the shape it promises.")


def read_gmt(body: Mapping[str, JsonValue], name: str) -> datetime | None:
    """Return `<name>_gmt`, which is UTC but does not say so; `<name>` itself is the shop's local time."""
    text = read_text(body, f"{name}_gmt")
    return parse_time(f"{text}Z") if text else None


def read_status(body: Mapping[str, JsonValue]) -> str:
    """Return an order's status without `wc-`, under which WordPress stores it and some plugins send it."""
    return read_text(body, "status").removeprefix("wc-")
