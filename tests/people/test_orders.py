"""Orders in rows: how descriptions and refunds join, and what an order adds to the totals."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from chalicelib.models import Order, OrderMark, OrderRecord, OrderState, Refund
from chalicelib.people.orders import LATEST, add_refund, choose_latest, count_order, is_thin

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def a_record(*refunds, total=12, **changes):
    order = Order(
        id="0",
        placed_at=NOW,
        updated_at=NOW,
        **{"state": OrderState.PAID, "currency": "EUR", "total": total, **changes},
    )
    record = OrderRecord(name="shopify:s:0", order=order)
    for name, amount in refunds:
        record = add_refund(record, Refund(id=name, order_id="0", amount=Decimal(amount)))
    return record


def test_a_refund_told_twice_is_taken_off_once():
    record = a_record(("r", 3), ("q", 2), ("q", 2), refunds={"r": Decimal(3)})
    assert count_order(record).spent == {"EUR": Decimal(12 - 3 - 2)}


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        ({}, True),
        ({"state": OrderState.OPEN}, True),
        ({"state": OrderState.UNPAID}, False),
        ({"state": OrderState.CANCELLED}, False),
        ({"state": OrderState.REFUNDED}, False),
        ({"state": OrderState.MOVED}, False),
        ({"test": True}, False),
    ],
)
def test_only_what_was_bought_counts(change, counts):
    assert bool(count_order(a_record(**change)).purchases) is counts
    assert count_order(None).purchases == 0
    assert count_order(OrderRecord(name="shopify:s:1")).spent == {}


def marks(*days):
    return {str(n): OrderMark(placed_at=NOW + timedelta(days=day), state=OrderState.PAID) for n, day in enumerate(days)}


def test_the_latest_orders_are_kept_whatever_their_state():
    many = marks(*range(LATEST + 5))
    assert list(choose_latest(many)) == [str(n) for n in range(5, LATEST + 5)]


def test_a_full_list_that_loses_ground_is_thin():
    full, short = marks(*range(LATEST)), marks(*range(LATEST - 1))
    earlier, later = marks(-1), marks(30)
    assert is_thin(full, earlier)
    assert not is_thin(full, later)
    assert not is_thin(short, earlier)
    assert not is_thin(full, {"other": earlier["0"]})
