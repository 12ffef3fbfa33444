"""Erases every customer of one shop (Shopify's `shop/redact`): it reads all customers, one batch a minute.

Every customer is in the retention queue, by the date of their next review. A review only moves a customer to a later
date, so reading the queue forward reaches every customer. Each batch begins where the last one ended.
"""

from dataclasses import replace
from datetime import datetime

from chalicelib.erasure.forget import ForgetOrder, Reason, forget_person
from chalicelib.people.identity import name_shop
from chalicelib.runs import run_each
from chalicelib.services import Services
from chalicelib.store.shop_erasures import ShopErasure
from chalicelib.store.stored_rows import StoredRow

BATCH = 200  # customers in one run


def erase_shop_customers(services: Services, now: datetime) -> int:
    """Process one batch of each shop's erasure; return how many people were forgotten.

    A batch that fails delays no other shop, and none of the erasures that come after it.
    """
    forgotten: list[bool] = []

    def take_step(row: ShopErasure) -> str:
        forgotten.extend(process_batch(row, services, now))
        return "walked"

    run_each(services.shop_erasures.list_due(now), take_step, name="shop_erasure", key=lambda row: row.id)
    return sum(forgotten)


def process_batch(row: ShopErasure, services: Services, now: datetime) -> list[bool]:
    """Forget those of the next customers who came through the shop; return for each whether they were forgotten.

    A customer who cannot be forgotten is logged and stepped over: the rows of the others must not wait for theirs.
    """
    ids, cursor = services.retention_queue.list_batch(row.cursor, BATCH)
    outcomes: list[bool] = []

    def take_customer(customer_id: str) -> str:
        outcomes.append(forget_customer(customer_id, row, services, now))
        return "read"

    run_each(ids, take_customer, name="shop_customer")
    new = replace(row, cursor=cursor, forgotten=row.forgotten + sum(outcomes), over=not cursor)
    services.table.commit_parts([services.shop_erasures.write_row(new)])
    return outcomes


def forget_customer(customer_id: str, row: ShopErasure, services: Services, now: datetime) -> bool:
    """Forget one customer if they came through the shop; return whether they were forgotten."""
    core = services.people_rows.read_core(customer_id)
    if core is None or not came_through(core, row.shop, services):
        return False
    request = f"{row.id}.{customer_id}"
    order = ForgetOrder(reason=Reason.SHOP, request=request, requested_at=datetime.fromisoformat(row.at))
    return forget_person(customer_id, order, services, now)


def came_through(core: StoredRow, shop: str, services: Services) -> bool:
    """Return whether a customer came through a shop (`sender:shop`); nothing is opened for it."""
    sender, _, name = shop.partition(":")
    return not set(core.sources).isdisjoint(services.people.name_rows(name_shop(sender, name)))
