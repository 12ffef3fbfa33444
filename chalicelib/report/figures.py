"""The counts of a report, before any comparison."""

from decimal import Decimal
from typing import Literal

from chalicelib.models import Model


class Counts(Model):
    """How many planned mails ended in each way; `open` ones have no end yet."""

    planned: int
    sent: int
    held_out: int
    refused: int
    parked: int
    expired: int
    capped: int
    over_budget: int
    suppressed: int
    open: int

    @property
    def total(self) -> int:
        """Return the sum of all ends and of the open ones; another number than `planned` is an error."""
        return sum(getattr(self, name) for name in Counts.model_fields if name != "planned")


class Mails(Model):
    """Of the mails sent: how many had each kind of event at least once. One mail may be in several counts."""

    handed_over: int
    delivered: int
    bounced: int
    bounced_soft: int
    rejected: int
    complained: int
    opened: int
    clicked_person: int
    clicked_machine: int
    unsubscribed: int


class Group(Model):
    """The people mailed, or the people held out.

    `returned` had an order that counts; `returned_in_time` within the window after the mail, or after the moment at
    which they would have had it. For `still_waiting` people that window is not over. Revenue is by currency.
    """

    people: int
    returned: int
    returned_in_time: int
    still_waiting: int
    revenue: dict[str, Decimal]
    revenue_in_time: dict[str, Decimal]


class Discount(Model):
    """What the offer cost by the `orders` that used its code; `kind` says who told it, or how it was estimated."""

    orders: int
    given: dict[str, Decimal]
    kind: Literal["none", "told", "amount", "percent", "unknown"]
