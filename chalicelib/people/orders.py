"""Orders as rows of their own: how descriptions of one order join, and what an order adds to a person's totals."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TypeVar
from unicodedata import normalize

from chalicelib.models import (
    Identity,
    IdentityKind,
    LineItem,
    Order,
    OrderMark,
    OrderRecord,
    OrderState,
    Reading,
    Refund,
    Submission,
    Totals,
)
from chalicelib.models.months import name_month
from chalicelib.text import write_digits

MOST_EVENTS = 20  # of one order, kept to find them when the order is corrected to another customer
MOST_ITEMS, LONGEST_ITEM = 10, 60  # products of one order, and characters of a product's name, in a mark
LATEST = 20  # orders whose marks stay in the profile: enough for a rhythm, and as many after 20 orders as after 20,000

LONGEST_NUMBER = 64
Sum = TypeVar("Sum", int, Decimal)


def name_orders(submission: Submission, reading: Reading) -> tuple[str, ...]:
    """Return the orders that a submission touches, as `sender:shop:id`."""
    place = f"{submission.sender}:{submission.shop}"
    ids = [order.id for order in reading.orders] + [refund.order_id for refund in reading.refunds]
    return tuple(dict.fromkeys(f"{place}:{order_id}" for order_id in ids))


def name_number(written: str) -> Identity | None:
    """Return the name of an order's number as the shop system shows it, whatever the system; None for what is none.

    `#1001`, `1001` and the same in other digits are one. Two systems may have one number: it names several customers.
    """
    number = "".join(write_digits(normalize("NFKC", written)).casefold().replace("no.", "").replace("#", "").split())
    fits = 0 < len(number) <= LONGEST_NUMBER and any(sign.isdigit() for sign in number)
    return Identity(kind=IdentityKind.ORDER, value=f"number:{number}") if fits else None


def read_number(record: OrderRecord | None) -> Identity | None:
    """Return the name of an order's number, or None for an order that moved away; an order without one has its id."""
    order = record.order if record is not None else None
    if order is None or order.state is OrderState.MOVED:
        return None
    return name_number(order.number or order.id)


def join_orders(
    held: Mapping[str, OrderRecord], submission: Submission, reading: Reading, event: str, mailbox: str
) -> dict[str, OrderRecord]:
    """Return the records of the orders that an event touches, after the event."""
    place = f"{submission.sender}:{submission.shop}"
    joined = {name: held.get(name, OrderRecord(name=name)) for name in name_orders(submission, reading)}
    for order in reading.orders:
        name = f"{place}:{order.id}"
        joined[name] = describe_order(joined[name], order, mailbox)
    for refund in reading.refunds:
        name = f"{place}:{refund.order_id}"
        joined[name] = add_refund(joined[name], refund)
    return {name: add_event(record, event) for name, record in joined.items()}


def describe_order(record: OrderRecord, order: Order, mailbox: str) -> OrderRecord:
    """Return the record with the later description, its mailbox, and the refunds of both."""
    old = record.order
    if old is None:
        return record.model_copy(update={"order": order, "under": mailbox})
    newer = (rank_order(order), mailbox) > (rank_order(old), record.under)
    merged = merge_order(old, order)
    return record.model_copy(update={"order": merged, "under": mailbox if newer else record.under})


def add_refund(record: OrderRecord, refund: Refund) -> OrderRecord:
    """Return the record with a refund, by its id."""
    chosen = max(record.refunds.get(refund.id, refund), refund, key=Refund.model_dump_json)
    return record.model_copy(update={"refunds": {**record.refunds, refund.id: chosen}})


def add_event(record: OrderRecord, event: str) -> OrderRecord:
    """Return the record that knows the event; record ids sort by time."""
    return record.model_copy(update={"events": tuple(sorted({*record.events, event})[-MOST_EVENTS:])})


def merge_order(old: Order | None, new: Order) -> Order:
    """Return the later description with the refunds of both; refunds only ever grow."""
    if old is None:
        return new
    refunds = dict(old.refunds)
    for refund_id, amount in new.refunds.items():
        refunds[refund_id] = max(amount, refunds.get(refund_id, amount))
    return max(old, new, key=rank_order).model_copy(update={"refunds": refunds})


def rank_order(order: Order) -> tuple[datetime, int, str]:
    """Order descriptions by the sender's own time; within one instant an order only moves on."""
    text = order.model_dump_json(exclude={"refunds"})
    return (order.updated_at, list(OrderState).index(order.state), text)


def mark_order(order: Order) -> OrderMark:
    return OrderMark(placed_at=order.placed_at, state=order.state, test=order.test, items=name_items(order))


def name_items(order: Order) -> tuple[str, ...]:
    """Return the names of the first products of an order, each once.

    One product has one name at every sender, so its title comes before the sender's own number of it.
    """
    return tuple(dict.fromkeys(name for name in map(name_item, order.items) if name))[:MOST_ITEMS]


def name_item(item: LineItem) -> str:
    """Return the name of a product as marks have it."""
    return " ".join((item.title or item.sku or item.product_id).split())[:LONGEST_ITEM]


def count_order(record: OrderRecord | None) -> Totals:
    """Return what an order adds to the totals: nothing where it is no purchase."""
    order = record.order if record else None
    if record is None or order is None or not mark_order(order).is_purchase:
        return Totals()
    month, paid = name_month(order.placed_at), order.total - sum_refunds(record)
    return Totals(
        purchases=1,
        spent={order.currency: paid},
        months={month: 1},
        earned={f"{month} {order.currency}": paid},
    )


def sum_refunds(record: OrderRecord) -> Decimal:
    """Return the sum of an order's refunds; a refund that came with the order and by itself counts once."""
    separate = {name: refund.amount for name, refund in record.refunds.items()}
    together = record.order.refunds if record.order else {}
    return sum({**separate, **together}.values(), Decimal(0))


def add_totals(totals: Totals, more: Totals, less: Totals | None = None) -> Totals:
    """Return totals with `more` added and `less` taken away; sums of nothing are left out."""
    less = less or Totals()
    return Totals(
        purchases=totals.purchases + more.purchases - less.purchases,
        spent=add_sums(totals.spent, more.spent, less.spent),
        entries=add_sums(totals.entries, more.entries, less.entries),
        months=add_sums(totals.months, more.months, less.months),
        earned=add_sums(totals.earned, more.earned, less.earned),
    )


def add_sums(held: Mapping[str, Sum], more: Mapping[str, Sum], less: Mapping[str, Sum]) -> dict[str, Sum]:
    """Return sums by name, with `more` added and `less` taken away."""
    sums = dict(held)
    for name, value in more.items():
        sums[name] = sums[name] + value if name in sums else value
    for name, value in less.items():
        sums[name] = sums[name] - value if name in sums else -value
    return {name: sums[name] for name in sorted(sums) if sums[name]}


def choose_latest(marks: Mapping[str, OrderMark]) -> dict[str, OrderMark]:
    """Return the latest orders by the moment they were placed, whatever their state."""
    ranked = sorted(marks.items(), key=lambda pair: (pair[1].placed_at, pair[0]))
    return dict(ranked[-LATEST:])


def is_thin(held: Mapping[str, OrderMark], changed: Mapping[str, OrderMark]) -> bool:
    """Return whether an order that was forgotten may have become one of the latest: a full list lost ground."""
    back = any(name in held and mark.placed_at < held[name].placed_at for name, mark in changed.items())
    return back and len(held) >= LATEST


def find_last(marks: Iterable[OrderMark]) -> datetime | None:
    """Return when the last purchase was made."""
    return max((mark.placed_at for mark in marks if mark.is_purchase), default=None)
