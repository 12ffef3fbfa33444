"""Stripe: webhook endpoints, whose secret comes back once (https://docs.stripe.com/api/webhook_endpoints)."""

from collections.abc import Iterator
from typing import Any

from chalicelib.offers.http import ShopHttp
from infra.account.vendors import Door, Registered, check_reply, open_http

ADDRESS = "https://api.stripe.com"
PATH = "/v1/webhook_endpoints"
EVENTS = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "invoice.paid",
    "charge.refunded",
    "customer.created",
    "customer.updated",
)


def register_stripe(address: str, token: str, door: Door) -> Registered:
    """Make or change the endpoint. `door.secret` says whether the door has a secret of Stripe already."""
    http = open_http(address, Authorization=f"Bearer {token}")
    held = [each for each in list_endpoints(http) if each["url"] == door.address]
    if held and not door.secret:  # nobody knows its secret any more: a run that was broken off made it
        for each in held:
            check_reply(http.call_shop("DELETE", f"{PATH}/{each['id']}"), "delete an endpoint")
        held = []
    form: dict[str, Any] = {f"enabled_events[{place}]": event for place, event in enumerate(EVENTS)}
    if not held:
        made = check_reply(http.call_shop("POST", PATH, form={"url": door.address, **form}), "make an endpoint").body
        return Registered(made=1, secret=made["secret"], notes=tell_mode(made))
    if set(held[0]["enabled_events"]) == set(EVENTS) and held[0]["status"] == "enabled":
        return Registered(kept=1, notes=tell_mode(held[0]))
    path = f"{PATH}/{held[0]['id']}"
    check_reply(http.call_shop("POST", path, form={"disabled": "false", **form}), "change an endpoint")
    return Registered(changed=1, notes=tell_mode(held[0]))


def tell_mode(endpoint: dict[str, Any]) -> tuple[str, ...]:
    """Return a warning for an endpoint of test mode."""
    return () if endpoint["livemode"] else ("This is Stripe's test mode: use a stage of its own for it.",)


def list_endpoints(http: ShopHttp) -> Iterator[dict[str, Any]]:
    """Yield the account's endpoints."""
    after = ""
    while True:
        page = check_reply(http.call_shop("GET", f"{PATH}?limit=100{after}"), "read the endpoints").body
        yield from page["data"]
        if not page["has_more"]:
            return
        after = f"&starting_after={page['data'][-1]['id']}"
