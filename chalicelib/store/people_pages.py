"""Pages of customers: the sealed key and the core of each, read together, and who of them is still there."""

from collections.abc import Iterator, Sequence

from chalicelib.store.across import read_across
from chalicelib.store.keys import Keys, name_customer
from chalicelib.store.people_rows import CORE, PeopleRows
from chalicelib.store.stored_rows import name_row
from chalicelib.store.table import READ_BATCH, Row

PREFIX = "cust#"
MOST = READ_BATCH // 2  # customers of one call: each has two rows


def read_page(keys: Keys, people: PeopleRows, ids: Sequence[str]) -> Iterator[tuple[str, Row, Row]]:
    """Yield the id, the key's row and the core's row of those of some customers who are not forgotten, by one call.

    At most MOST ids, none twice.
    """
    wanted = [name_customer(each) for each in ids], [name_row(each, CORE) for each in ids]
    sealed, cores = read_across(zip((keys.table, people.table), wanted, strict=True)).values() if ids else ((), ())
    by_id = {row["pk"].removeprefix(PREFIX): row for row in sealed}
    for row in cores:
        customer_id = row["pk"].removeprefix(PREFIX)
        if customer_id in by_id:
            yield customer_id, by_id[customer_id], row


def find_living(keys: Keys, ids: Sequence[str]) -> set[str]:
    """Return those of some customers who are not forgotten, read consistently."""
    return {row["pk"].removeprefix(PREFIX) for row in keys.table.read_items([name_customer(each) for each in ids])}
