"""Codes whose time is over: expired, their share of the budget free again, and removed at the shop."""

import time
from dataclasses import replace
from datetime import datetime
from functools import partial

from chalicelib.campaigns.offer import Offer
from chalicelib.models import utc_text
from chalicelib.offers.maker import CodeMaker, Discount, LiveCode
from chalicelib.offers.parts import advance_parts
from chalicelib.offers.rows import change_code, describe
from chalicelib.runs import run_each
from chalicelib.services import Services
from chalicelib.store.codes import BatchRow, CodeRow, CodeState

CLEANED = 100  # expired codes of a batch in one run: Stripe takes two calls for each
CLEANING = 100  # seconds in which a campaign begins with its batches: at a shop that hangs, each takes 45


def expire_promises(batch: BatchRow, services: Services, now: datetime) -> None:
    """Expire promises whose time is over, and free their share of the budget."""
    over = services.codes.list_codes(CodeState.PROMISED, batch.batch, utc_text(now))
    for row in services.codes.read_codes(over):
        if row.state is CodeState.PROMISED:
            counts = services.budgets.change_counts(batch.campaign, spent=-row.cost, expired=1)
            change_code(row, services, counts, state=CodeState.EXPIRED)


def retire_free(batch: BatchRow, before: str, services: Services) -> None:
    """Expire free codes that end before a time: no mail could promise them long enough."""
    for row in services.codes.read_codes(services.codes.list_codes(CodeState.FREE, batch.batch, before)):
        if row.state is CodeState.FREE:
            change_code(row, services, state=CodeState.EXPIRED)


def clean_batches(name: str, offer: Offer, maker: CodeMaker, services: Services) -> dict[str, int]:
    """Remove expired codes of a campaign at the shop, those of its earlier terms too; return counts by outcome.

    A batch whose codes cannot be removed holds up no other.
    """
    batches = [batch for batch in services.batches.list_batches(name) if batch.remote]
    return run_each(
        batches,
        lambda batch: clean_batch(batch, offer, maker, services),
        name="offer",
        key=lambda batch: batch.batch,
        until=time.monotonic() + CLEANING,
    )


def clean_batch(batch: BatchRow, offer: Offer, maker: CodeMaker, services: Services) -> str:
    """Remove expired codes of one batch at the shop."""
    discount = describe(batch.campaign, offer, batch, services)
    over = services.codes.list_codes(CodeState.EXPIRED, batch.batch, most=max(CLEANED, maker.batch))
    rows = [row for row in services.codes.read_codes(over) if row.state is CodeState.EXPIRED]
    advance_parts(rows, maker.batch, partial(remove_some, discount=discount, maker=maker, services=services))
    return "cleaned"


def remove_some(rows: list[CodeRow], discount: Discount, maker: CodeMaker, services: Services) -> None:
    """Remove expired codes; one that an order used at the shop meanwhile was redeemed."""
    live = maker.find_codes(discount, [row.code for row in rows])
    for row in rows:
        settle_expired(row, live.get(row.code), services)
    left = [replace(row, remote=live[row.code].remote) for row in rows if row.code in live and not live[row.code].used]
    maker.remove_codes(discount, left)


def settle_expired(row: CodeRow, live: LiveCode | None, services: Services) -> None:
    """Note that an expired code is gone, or that an order used it before it could be removed."""
    if live is None or (live.used and not row.promised_until):  # one that was used up needs no removal
        change_code(row, services, state=CodeState.REMOVED)
    elif live.used:
        counts = services.budgets.change_counts(row.campaign, spent=row.cost, expired=-1, redeemed=1)
        change_code(row, services, counts, state=CodeState.REDEEMED, remote=live.remote)
