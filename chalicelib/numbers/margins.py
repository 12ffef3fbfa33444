"""The margin of each month: what products brought less what they cost, where the shop's products.toml says the cost.

month/<month>/known/<currency>    revenue less refunds of products whose cost is known, among the latest orders
month/<month>/cost/<currency>     what these products cost
"""

from collections.abc import Iterator
from decimal import Decimal

from chalicelib.models import Model, OrderMark, Profile
from chalicelib.models.months import name_month
from chalicelib.numbers.lens import Lens
from chalicelib.numbers.tally import Share, Tally, make_key
from chalicelib.people.activity import YEARS
from chalicelib.shop.products import Products


class Margin(Model):
    """The margin of one month in one currency, and the share of the month's revenue of which it is known."""

    amount: Decimal
    share: float


def count_margins(profile: Profile, lens: Lens) -> Iterator[Share]:
    """Yield what a person's latest orders brought and cost."""
    if lens.products is None:
        return
    for mark in profile.latest.values():
        if mark.is_purchase and mark.placed_at.year in YEARS and name_month(mark.placed_at) <= name_month(lens.now):
            yield from count_order(mark, lens.products)


def count_order(mark: OrderMark, products: Products) -> Iterator[Share]:
    """Yield what the products of one order brought and cost."""
    month = name_month(mark.placed_at)
    for name, sold in zip(mark.items, mark.sold, strict=False):  # an order from before the file has nothing sold
        cost = products.find_cost(name, mark.currency)
        if cost is not None:
            yield make_key("month", month, "known", mark.currency), sold.paid
            yield make_key("month", month, "cost", mark.currency), cost * sold.pieces


def read_margins(month: str, tally: Tally) -> dict[str, Margin]:
    """Return the margin of a month by currency; of a currency in which nothing is known there is none.

    The share is at most one: an order's revenue is rounded for each of its products.
    """
    earned, costs = tally.sums("month", month, "earned"), tally.sums("month", month, "cost")
    known = {name: sum_ for name, sum_ in tally.sums("month", month, "known").items() if earned.get(name, 0) > 0}
    return {
        currency: Margin(amount=sum_ - costs.get(currency, Decimal(0)), share=min(1.0, float(sum_ / earned[currency])))
        for currency, sum_ in known.items()
    }
