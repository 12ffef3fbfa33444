"""The margin of each month equals one counted by hand, in any order of arrival; without costs nothing is kept."""

import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from chalicelib.errors import DefinitionError
from chalicelib.models import LineItem, OrderState, Profile, Reading, Refund
from chalicelib.numbers.cohorts import read_customers
from chalicelib.numbers.lens import Lens
from chalicelib.numbers.margins import read_margins
from chalicelib.numbers.tally import Tally, make_key
from chalicelib.people.orders import LATEST
from chalicelib.people.union import join_profiles
from chalicelib.shop import own
from chalicelib.shop.products import find_costs, keeps_costs, load_products
from tests.builders.agenda import an_order
from tests.builders.invented import add_up, fold_events, make_submission
from tests.builders.own import open_own, write_own
from tests.builders.shop import NOW

FILE = """\
[[products]]
starts = "Tea"
cost = { EUR = 2.50, USD = 3 }
[[products]]
name = "Tea, old"
category = "tea"
[[products]]
name = "Cup"
cost = { EUR = 0 }
"""
COSTS = {("Tea", "EUR"): "2.50", ("Tea", "USD"): "3", ("Tea, old", "EUR"): "2.50", ("Tea, old", "USD"): "3"}
COSTS |= {("Cup", "EUR"): "0"}
PRODUCTS = ("Tea", "Tea, old", "Cup", "Grinder")


@pytest.fixture(autouse=True)
def shop_file(tmp_path, monkeypatch):
    with open_own(tmp_path, monkeypatch):
        write_own(own.FOLDER, "products.toml", FILE)
        yield


@dataclass
class Bought:
    """An order: its lines are (product, pieces, price of one)."""

    at: datetime
    lines: list[tuple[str, int, Decimal]]
    total: Decimal
    back: Decimal
    currency: str
    state: OrderState

    def list_events(self, number):
        items = tuple(LineItem(title=name, quantity=n, price=price) for name, n, price in self.lines)
        keys = {"state": self.state, "total": self.total, "currency": self.currency}
        order = an_order(number, self.at, items=items, **keys)
        yield f"o{number}", make_submission(self.at), Reading(kind="order", orders=(order,))
        if self.back:
            refund = Refund(id="r", order_id=order.id, amount=self.back, currency=self.currency)
            yield f"r{number}", make_submission(self.at), Reading(kind="refund", refunds=(refund,))


def invent_orders(chance, most=9):
    return [invent_order(chance) for _ in range(chance.randrange(most))]


def invent_order(chance):
    """Return an order whose total is not the sum of its lines: something was taken off, shipping was added."""
    priced = chance.random() < 0.8
    lines = [
        (name, chance.randint(1, 3), Decimal(chance.randint(200, 3_000)) / 100 if priced else Decimal(0))
        for name in chance.choices(PRODUCTS, k=chance.randint(1, 4))
    ]
    total = sum((n * price for _, n, price in lines), Decimal(0)) * Decimal("0.9") + 4
    back = (total / 4).quantize(Decimal("0.01")) if chance.random() < 0.3 else Decimal(0)
    state = chance.choice([OrderState.PAID, OrderState.PAID, OrderState.OPEN, OrderState.CANCELLED])
    at = NOW - timedelta(days=chance.randrange(100))
    return Bought(at, lines, total, back, chance.choice(["EUR", "EUR", "USD", "GBP"]), state)


def count_by_hand(orders):
    """Return by month and currency what is known, and what it cost."""
    found = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for order in orders:
        if order.state is OrderState.CANCELLED:
            continue
        worth = sum(n * price for _, n, price in order.lines)
        pieces = sum(n for _, n, _ in order.lines)
        for name, n, price in order.lines:
            cost = COSTS.get((name, order.currency))
            if cost is not None:
                part = n * price / worth if worth else Decimal(n) / pieces
                found[f"{order.at:%Y-%m}", order.currency][0] += part * (order.total - order.back)
                found[f"{order.at:%Y-%m}", order.currency][1] += n * Decimal(cost)
    return found


def fold(chance, orders, customer_id="c"):
    events = [event for number, order in enumerate(orders) for event in order.list_events(f"{customer_id}{number}")]
    chance.shuffle(events)
    return fold_events(events, customer_id)


def read_known(profiles, lens):
    """Return by month and currency what is known, and what it cost."""
    tally = add_up(profiles, lens)
    names = {(parts[0], parts[2]) for parts, _ in tally.below("month") if parts[1] == "known"}
    sums = {
        kind: {key: tally.sums("month", key[0], kind).get(key[1], 0) for key in names} for kind in ("known", "cost")
    }
    return {key: (sums["known"][key], sums["cost"][key]) for key in names}


@pytest.mark.parametrize("seed", range(30))
def test_the_margin_of_random_orders_is_the_one_counted_by_hand(seed):
    chance, lens = random.Random(seed), Lens(NOW, products=find_costs())
    lives = [invent_orders(chance) for _ in range(6)]
    profiles = [fold(chance, orders, f"p{number}") for number, orders in enumerate(lives)]
    joined = [join_profiles("j", *profiles[:2]), *profiles[2:]]
    wanted = count_by_hand([order for orders in lives for order in orders])
    cents = Decimal("0.005") * sum(len(order.lines) for orders in lives for order in orders)

    for group in (profiles, joined):
        found = read_known(group, lens)
        assert set(found) == {key for key, pair in wanted.items() if any(pair)}
        for key, (known, cost) in found.items():
            assert cost == wanted[key][1]
            assert abs(known - wanted[key][0]) <= cents


def test_the_margin_stands_beside_its_revenue_with_the_share_that_is_known():
    lines = [("Tea", 2, Decimal(5)), ("Grinder", 1, Decimal(30))]
    order = Bought(NOW, lines, Decimal(36), Decimal(0), "EUR", OrderState.PAID)
    tally = add_up([fold(random.Random(1), [order])], Lens(NOW, products=find_costs()))
    (month,) = read_customers(tally, Lens(NOW)).months
    assert month.earned == {"EUR": Decimal(36)}
    assert month.margins["EUR"].amount == Decimal(4)  # a quarter of 36, less two teas
    assert month.margins["EUR"].share == pytest.approx(0.25)


def test_of_an_order_that_the_profile_no_longer_has_the_cost_is_not_known():
    orders = [
        Bought(NOW - timedelta(minutes=n), [("Tea", 1, Decimal(5))], Decimal(5), Decimal(0), "EUR", OrderState.PAID)
        for n in range(LATEST * 2)
    ]
    tally = add_up([fold(random.Random(1), orders)], Lens(NOW, products=find_costs()))
    assert read_margins(f"{NOW:%Y-%m}", tally)["EUR"].share == pytest.approx(0.5)


def test_an_order_that_comes_back_among_the_latest_keeps_what_was_paid():
    """Of a full list one order turns out to be older than one that fell out: that one is read again from its row."""
    times = [NOW - timedelta(days=day) for day in range(LATEST + 1)]
    told = [
        *((number, at) for number, at in enumerate(times)),
        (0, NOW - timedelta(days=99)),
    ]
    profile = fold_events(
        (f"e{place}", make_submission(NOW + timedelta(minutes=place)), tell_tea(number, at, place))
        for place, (number, at) in enumerate(told)
    )
    assert times[-1] in {mark.placed_at for mark in profile.latest.values()}
    assert all(mark.sold for mark in profile.latest.values())


def tell_tea(number, at, place):
    """Return what tells of an order of tea, at the minute `place`."""
    keys = {"updated_at": NOW + timedelta(minutes=place), "total": Decimal(5), "currency": "EUR"}
    order = an_order(number, at, items=(LineItem(title="Tea", price=Decimal(5)),)).model_copy(update=keys)
    return Reading(kind="order", orders=(order,))


def test_the_share_is_at_most_one_and_without_revenue_there_is_none():
    parts = ("known", "earned", "cost")
    sums = {"EUR": ("10.01", "10.00", "4"), "USD": ("0.01", "-1", "4"), "GBP": ("0.01", "0", "4")}
    tally = Tally()
    for currency, amounts in sums.items():
        tally.add_shares(
            (make_key("month", "2026-03", part, currency), Decimal(amount))
            for part, amount in zip(parts, amounts, strict=True)
        )
    (margin,) = read_margins("2026-03", tally).values()
    assert (margin.amount, margin.share) == (Decimal("6.01"), 1.0)


@pytest.mark.parametrize("text", ["", '[[products]]\nname = "Tea"\ncategory = "tea"\n'])
def test_where_no_cost_is_named_nothing_is_kept_or_counted(text):
    write_own(own.FOLDER, "products.toml", text)
    load_products.cache_clear()
    chance = random.Random(1)
    profile = fold(chance, [invent_order(chance) for _ in range(9)])
    assert not any(mark.sold or mark.currency for mark in profile.latest.values())
    assert find_costs() is None
    assert read_known([profile], Lens(NOW, products=find_costs())) == {}


def test_while_the_file_has_a_mistake_orders_keep_what_they_need_and_nothing_is_counted():
    write_own(own.FOLDER, "products.toml", '[[products]]\nname = "Tea"\ncost = { EUR = -1 }\n')
    load_products.cache_clear()
    assert keeps_costs()
    assert find_costs() is None
    chance = random.Random(1)
    profile = fold(chance, [invent_order(chance) for _ in range(9)])
    assert all(mark.sold for mark in profile.latest.values())
    assert read_known([profile], Lens(NOW, products=find_costs())) == {}
    with pytest.raises(DefinitionError, match="cost"):
        load_products(own.FOLDER / "products.toml")


def test_a_customer_without_orders_adds_nothing():
    assert read_known([Profile(customer_id="c")], Lens(NOW, products=find_costs())) == {}
