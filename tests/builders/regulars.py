"""A shop whose people buy tea every thirty days or so, and a teapot once. Builders for tests."""

import json
from datetime import timedelta
from decimal import Decimal

from chalicelib.fold.needs import NeedFinder
from chalicelib.numbers.counting import Counter
from chalicelib.settling.dispatch import settle_item
from tests.builders.campaigns import a_campaign
from tests.builders.crowd import all_met, write_profiles
from tests.builders.invented import Bought, Invented, fold_events
from tests.builders.orders import an_order
from tests.builders.shop import NOW

DAY = timedelta(days=1)
WHEN = {"trigger": "needs-again", "again_share": 0.3}


def a_need(name="needs-again", **changes):
    """Return a campaign that reminds of what is needed again."""
    keys = {"template": "needs-again", "when": WHEN, "offer": None, "good_for_days": 7}
    return a_campaign(name, **{**keys, **changes})


def list_regulars(people=14, gap=30, times=5, items=("Tea",), once=("Teapot",)):
    """Return profiles of people who bought `items` so many times, every `gap` days and a day more or less."""
    profiles = []
    for number in range(people):
        days = [number % 7 + gap * step + (number + step) % 3 - 1 for step in range(times)]
        bought = [Bought(NOW - timedelta(days=day + 1), items, Decimal(9), Decimal(0), True) for day in days]
        pot = [Bought(NOW - timedelta(days=200), once, Decimal(30), Decimal(0), True)] if once else []
        profiles.append(fold_events(Invented([*bought, *pot]).list_events(), f"r{number:04}"))
    return profiles


def write_regulars(shop, **known):
    """Write these people."""
    write_profiles(shop.services(), list_regulars(**known))


def buy(shop, email, at, number, *titles):
    """Let somebody buy things; the order is settled a second later."""
    order = an_order(email, at=at, number=number)
    body = json.loads(order.body)
    body["line_items"] = [
        {"id": place, "title": title, "quantity": 1, "price": "9.00"} for place, title in enumerate(titles or ("Tea",))
    ]
    order = order.model_copy(update={"body": json.dumps(body).encode()})
    assert settle_item(shop.accept(order), shop.services(), at + timedelta(seconds=1)) == "settled"


def count_night(services, now):
    """Walk over everybody, as each night; the estimates are those of the night before."""
    assert all_met(services, now, float("inf"), NeedFinder(services), Counter(services))["over"]
