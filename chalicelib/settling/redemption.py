"""The codes of offers that an order used: each is redeemed once, and the budget learns what it really cost."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation

from chalicelib.models import Order, OrderState, Reading, Submission, utc_text
from chalicelib.senders.discounts import DISCOUNTS
from chalicelib.services import Services
from chalicelib.store.codes import CodeRow, CodeState
from chalicelib.store.facts import name_order
from chalicelib.store.table import Part

HUNDREDTHS = 100
USES = (OrderState.OPEN, OrderState.PAID, OrderState.REFUNDED)  # a refunded order used its code all the same
MOST_CODES = 20  # of one order that are looked up


def redeem_codes(submission: Submission, reading: Reading, services: Services, now: datetime) -> list[Part]:
    """Return the parts that redeem the codes of offers which an order used.

    A later description of the same order corrects what was taken off; another order with a redeemed code changes
    nothing: the shop system decides how often a code works.
    """
    parts: list[Part] = []
    for order in reading.orders:
        codes = list(dict.fromkeys(code.upper() for code in order.codes))[:MOST_CODES]
        if order.test or order.state not in USES or not codes:
            continue
        name = name_order(services.code_secret, f"{submission.sender}:{submission.shop}", order.id)
        for row in services.codes.read_codes(codes):
            if row.state is not CodeState.REDEEMED or row.order == name:
                parts += redeem_code(row, name, read_discount(row.code, order, reading, services), services, now)
    return parts


def redeem_code(row: CodeRow, order: str, discount: int | None, services: Services, now: datetime) -> list[Part]:
    """Return the parts that redeem a code, or correct what its order took off."""
    if row.state is CodeState.REDEEMED and row.discount == discount:
        return []
    new = replace(row, state=CodeState.REDEEMED, order=order, discount=discount, redeemed_at=utc_text(now))
    counts = count_change(row, new)
    budget = [services.budgets.change_counts(row.campaign, **counts)] if any(counts.values()) else []
    return [services.codes.replace_code(row, new), *budget]


def count_change(old: CodeRow, new: CodeRow) -> dict[str, int]:
    """Return what a redemption changes in the campaign's counts: the true discount counts, where the shop told it."""
    was_redeemed, was_told = old.state is CodeState.REDEEMED, old.discount is not None
    return {
        "spent": count_spent(new) - (0 if old.state in (CodeState.EXPIRED, CodeState.REMOVED) else count_spent(old)),
        "given": (new.discount or 0) - (old.discount or 0),
        "redeemed": int(not was_redeemed),
        "told": int(new.discount is not None) - int(was_told),
        "expired": -int(old.state in (CodeState.EXPIRED, CodeState.REMOVED) and bool(old.promised_until)),
    }


def count_spent(row: CodeRow) -> int:
    """Return what a code counts against the budget: its order's discount, or what its promise is expected to cost."""
    return row.cost if row.discount is None else row.discount


def read_discount(code: str, order: Order, reading: Reading, services: Services) -> int | None:
    """Return what an order took off by a code, in hundredths, or None where its shop does not tell."""
    told = reading.notes.get(DISCOUNTS)
    value = told.get(code) if isinstance(told, dict) else None
    if value is None or order.currency != services.clock.currency:
        return None
    try:
        return int(Decimal(str(value)) * HUNDREDTHS)
    except InvalidOperation:
        return None
