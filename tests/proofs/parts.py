"""How long the parts take that the suite counts in calls: parsing and checking an order, and an agenda."""

import json
import time
from collections.abc import Callable
from typing import Any

ROUNDS = 30
CALLS = 50


def time_best(function: Callable[[], Any]) -> float:
    """Return microseconds per call: the best of some rounds, which a busy machine disturbs least."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(CALLS):
            function()
        times.append((time.perf_counter() - began) / CALLS)
    return min(times) * 1e6


def print_door(raw: bytes) -> None:
    """Print what the door does with an order, beside what Python's own parser takes."""
    from chalicelib.strictjson import parse_json
    from tests.payloads.deliveries import ADDRESS, NOW, choose_secret, load_sender, sign_delivery

    headers, module = sign_delivery("shopify", raw, "orders/paid"), load_sender("shopify")

    def receive() -> Any:
        module.verify(raw, headers, [choose_secret("shopify")], NOW, address=ADDRESS)
        return module.parse(raw, headers, NOW)

    plain, strict = time_best(lambda: json.loads(raw)), time_best(lambda: parse_json(raw))
    print(f"{len(raw)}-byte order: verified and parsed in {time_best(receive):.0f} us")
    print(f"json.loads {plain:.0f} us, parse_json {strict:.0f} us, {strict / plain:.2f} times")


def print_agenda() -> None:
    """Print how long the next due moment of fifty orders and ten campaigns takes to find."""
    from chalicelib.campaigns.agenda import next_due
    from tests.builders.agenda import DAY, NOW, SHOP, a_campaign, a_person

    person = a_person(*(NOW - number * DAY for number in range(50)), time_zone="Europe/Berlin")
    campaigns = [a_campaign(f"c{number}", "after-purchase" if number % 2 else "inactive", 7) for number in range(10)]
    took = time_best(lambda: next_due(person, campaigns, SHOP, NOW))
    print(f"agenda of 50 orders and 10 campaigns: {took / 1000:.2f} ms")


def print_parts() -> None:
    """Time each part."""
    from tests.builders.payloads import read_file
    from tests.payloads.deliveries import write_body

    order = read_file("shopify/order")
    order["line_items"] = order["line_items"] * 2
    print_door(write_body(order))
    print_agenda()
