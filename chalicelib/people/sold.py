"""What was paid for each product of an order, for the margin: kept where the shop's file names what products cost."""

from collections import defaultdict
from decimal import Decimal

from chalicelib.models import OrderMark, OrderRecord, Sold
from chalicelib.people.orders import mark_order, name_item, sum_refunds
from chalicelib.shop.products import keeps_costs

CENT = Decimal("0.01")


def mark_record(record: OrderRecord) -> OrderMark | None:
    """Return the mark of an order with what was paid for each of its products; None where only a refund has come."""
    if record.order is None:
        return None
    mark = mark_order(record.order)
    if not keeps_costs():
        return mark
    paid = list_sold(record)
    sold = tuple(paid[name] for name in mark.items)
    return mark.model_copy(update={"sold": sold, "currency": record.order.currency})


def list_sold(record: OrderRecord) -> dict[str, Sold]:
    """Return the pieces of each product, and its part of what was paid less refunds.

    The parts are as the prices of the lines: what was taken off, and what shipping took, falls on each alike. Without
    any price they are as the pieces.
    """
    pieces: dict[str, int] = defaultdict(int)
    worth: dict[str, Decimal] = defaultdict(Decimal)
    for item in record.order.items if record.order else ():
        pieces[name_item(item)] += item.quantity
        worth[name_item(item)] += item.price * item.quantity
    weights = worth if sum(worth.values()) > 0 else {name: Decimal(n) for name, n in pieces.items()}
    whole, paid = sum(weights.values()), (record.order.total if record.order else Decimal(0)) - sum_refunds(record)
    return {
        name: Sold(pieces=n, paid=(paid * weights[name] / whole).quantize(CENT) if whole > 0 else Decimal(0))
        for name, n in pieces.items()
    }
