"""End of the time in which staff may part a joined record: the two records that it was made of are deleted."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from chalicelib.joining.join import pass_all
from chalicelib.services import Services
from chalicelib.store.people_rows import CORE
from chalicelib.store.stored_rows import StoredRow, find_names, find_numbers
from chalicelib.store.table import Row

BATCH = 100


def end_side(customer_id: str, core: StoredRow, services: Services, now: datetime) -> bool:
    """Delete a record that another stands for, once it may be parted no more; return whether that is so.

    Orders and links that named its customer name the joined record afterwards. Every step may be repeated.
    """
    join = services.joins.read_join(core.joined)
    if join is not None and now <= join.until:
        services.table.commit_parts([services.retention_queue.plan_review(customer_id, join.until)])
        return False
    rows = list_own(customer_id, services)
    while batch := list(islice(rows, BATCH)):
        links = [link for row in batch for link in str(row.get("links", "")).split()]
        names = [name for row in batch for name in find_names(row)]
        numbers = {number for row in batch for number in find_numbers(row)}
        services.identities.pass_holder(numbers, customer_id, core.joined)
        pass_all([*names, *services.people.name_links(links)], customer_id, core.joined, services)
        services.people_rows.delete_rows(customer_id, [row["sk"] for row in batch])
    services.identities.drop_holder(core.names, customer_id)
    services.table.commit_parts(
        [
            services.keys.delete_key(customer_id),
            services.people_rows.delete_core(customer_id, core.version),
            services.retention_queue.drop_row(customer_id),
        ]
    )
    return True


def list_own(customer_id: str, services: Services) -> Iterator[Row]:
    """Yield a customer's rows but the core."""
    return (row for row in services.people_rows.list_rows(customer_id) if row["sk"] != CORE)
