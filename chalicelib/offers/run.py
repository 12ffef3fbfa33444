"""Every five minutes: codes are looked up, made ahead, and removed when their time is over. It opens no record.

making     looked up first: a reply that was lost made codes all the same; those that are not there are made
free       as many are kept as the offer says, and no more than its budget can promise
promised   over: expired, and its share of the budget is free again
expired    removed at the shop, and looked up until they are gone; redeemed where the shop says that it was used
"""

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.campaigns.definition import Campaign
from chalicelib.campaigns.offer import HUNDREDTHS, Offer
from chalicelib.errors import CodeTakenError
from chalicelib.mails.codes import make_code
from chalicelib.models import utc_text
from chalicelib.offers.expiry import clean_batches, expire_promises, retire_free
from chalicelib.offers.maker import CodeMaker, Discount, open_maker
from chalicelib.offers.parts import advance_parts
from chalicelib.offers.rows import change_code, describe
from chalicelib.runs import run_each
from chalicelib.services import Services
from chalicelib.store.codes import ENDLESS, BatchRow, CodeRow, CodeState

log = logging.getLogger(__name__)

SHELF = timedelta(days=60)  # how long a code may lie ready before it is promised
DAY = timedelta(days=1)  # a code that ends within a day of what a mail would promise is no more promised
GIVE_UP = timedelta(days=1)  # a code that the shop did not take for so long is left
AT_ONCE = 50  # rows of one transaction
MADE = 250  # codes of a campaign in one run: no campaign may take all of the function's five minutes


def make_offers(services: Services, now: datetime) -> dict[str, int]:
    """Bring the codes of every campaign with an offer on; return counts by outcome."""
    offered = [campaign for campaign in services.campaigns if campaign.offer and campaign.offer.per_person]
    return run_each(
        offered, lambda each: advance_campaign(each, services, now), name="offer", key=lambda each: each.name
    )


def advance_campaign(campaign: Campaign, services: Services, now: datetime) -> str:
    """Bring the codes of one campaign on, those of its earlier terms too."""
    offer = campaign.offer
    if offer is None:
        return "none"
    for batch in services.batches.list_batches(campaign.name):
        expire_promises(batch, services, now)
        current = batch.terms == offer.terms
        retire_free(batch, utc_text(now + offer.spared + DAY) if current else ENDLESS, services)
    if not offer.is_online or offer.codes is None:
        return "pool"
    maker = open_maker(offer.codes, services.shop_access.read_values(now).get(offer.codes.value, ""))
    batch = services.batches.read_batch(campaign.name, offer.terms)
    try:
        fill_batch(batch, offer, maker, services, now)
    finally:  # a code that cannot be made holds up no removal, and the reverse
        cleaned = clean_batches(campaign.name, offer, maker, services)
    return "postponed" if "postponed" in cleaned else "ready"


def fill_batch(batch: BatchRow, offer: Offer, maker: CodeMaker, services: Services, now: datetime) -> None:
    """Make what is lacking: codes that an earlier run began with first."""
    begin_codes(batch, offer, services, now)
    waiting = services.codes.list_codes(CodeState.MAKING, batch.batch, most=MADE)
    rows = [row for row in services.codes.read_codes(waiting) if row.state is CodeState.MAKING]
    if not rows:
        return
    rows.sort(key=lambda row: (row.made_at, row.code))
    batch = ensure_discount(batch, rows, offer, maker, services, now)
    discount = describe(batch.campaign, offer, batch, services)
    advance_parts(rows, maker.batch, lambda part: make_some(part, discount, maker, services, now))


def make_some(rows: list[CodeRow], discount: Discount, maker: CodeMaker, services: Services, now: datetime) -> None:
    """Look up codes that an earlier run may have made; make the others."""
    lacking = [row for row in rows if row.made_at == utc_text(now)]  # begun in this run: no call has named them
    older = [row for row in rows if row.made_at != utc_text(now)]
    if older:
        found = maker.find_codes(discount, [row.code for row in older])
        free_codes(older, {code: live.remote for code, live in found.items()}, services, now)
        lacking += [row for row in older if row.code not in found]
    if lacking:
        made = maker.make_codes(discount, [row.code for row in lacking], lacking[0].until)
        free_codes(lacking, dict(made), services, now)


def begin_codes(batch: BatchRow, offer: Offer, services: Services, now: datetime) -> None:
    """Write the codes that shall be made, before any is: after a crash they are looked up, and none is made twice."""
    codes = services.codes
    ready = len(codes.list_codes(CodeState.FREE, batch.batch, most=offer.ahead))
    begun = len(codes.list_codes(CodeState.MAKING, batch.batch, most=offer.ahead))
    spent = services.budgets.read_budget(batch.campaign)
    affordable = (int(offer.most_spent * HUNDREDTHS) - spent) // max(1, int(offer.expected_cost * HUNDREDTHS))
    lacking = min(offer.ahead, affordable) - ready - begun
    until = utc_text(now + SHELF + timedelta(days=offer.expires_days))
    row = CodeRow("", batch.campaign, batch.terms, CodeState.MAKING, utc_text(now), until)
    while lacking > 0:
        count = min(lacking, AT_ONCE)
        new = [replace(row, code=offer.write_code(make_code())) for _ in range(count)]
        codes.table.commit_parts([*map(codes.write_new, new), services.batches.add_made(batch, count)])
        batch, lacking = replace(batch, made=batch.made + count), lacking - count


def ensure_discount(
    batch: BatchRow, rows: list[CodeRow], offer: Offer, maker: CodeMaker, services: Services, now: datetime
) -> BatchRow:
    """Return the batch with the discount's id: found by its first code where a reply was lost, else made."""
    if batch.remote:
        return batch
    batch = services.batches.read_batch(batch.campaign, batch.terms)
    if not batch.first:
        batch = replace(batch, first=rows[0].code)
        services.batches.name_discount(batch, first=batch.first)
    discount = describe(batch.campaign, offer, batch, services)
    try:
        remote = maker.find_discount(discount, batch.first) or maker.make_discount(discount, batch.first, now)
    except CodeTakenError:
        leave_first(batch, rows, services)
        raise
    services.batches.name_discount(batch, remote=remote)
    return replace(batch, remote=remote)


def leave_first(batch: BatchRow, rows: list[CodeRow], services: Services) -> None:
    """Leave a first code that another discount has; the next run tries another one."""
    for row in rows:
        if row.code == batch.first:
            change_code(row, services, state=CodeState.EXPIRED)
    services.batches.name_discount(batch, first=next((row.code for row in rows if row.code != batch.first), ""))


def free_codes(rows: Iterable[CodeRow], found: dict[str, str], services: Services, now: datetime) -> None:
    """Free what is live; leave what the shop did not take for a day."""
    for row in rows:
        if row.code in found:
            change_code(row, services, state=CodeState.FREE, remote=found[row.code])
        elif row.made_at < utc_text(now - GIVE_UP):
            log.error("code_not_made", extra={"key": row.campaign})
            change_code(row, services, state=CodeState.EXPIRED)
