"""The same shop elsewhere, by the list prices of others: 2,000 customers, a submission and two mails a month each.

The prices of others are in `prices.toml` with the page that they were read on; they change more often than AWS's.
"""

from collections.abc import Iterator

from infra.cost.idle import bill_idle
from infra.cost.kinds import price_kind
from infra.cost.prices import list_kinds, load_table
from infra.cost.template import make_template

CUSTOMERS, MAILS = 2_000, 2


def price_shop() -> float:
    """Return a month of the shop on Regulars."""
    return sum(line.dollars for line in bill_idle(make_template())) + sum(price_work(CUSTOMERS))


def price_work(customers: int) -> tuple[float, float]:
    """Return what the submissions and the mails of a month cost.

    Half of the submissions are forms of new customers, half orders of known ones.
    """
    kinds = list_kinds()
    submissions = customers * (price_kind(kinds["form-new"]) + price_kind(kinds["order-known"])) / 2
    return submissions, customers * MAILS * price_kind(kinds["mail"])


def compare_bills() -> Iterator[tuple[str, float, str]]:
    """Yield a name, dollars a month and a note for Regulars and each other."""
    yield "Regulars", price_shop(), "in the shop's own account"
    for other in load_table("prices")["other"]:
        yield other["name"], float(other["dollars"]), other["note"]
