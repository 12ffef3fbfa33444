"""What a report counts, before it compares anything."""

from decimal import Decimal
from typing import Literal

from chalicelib.models import Model


class Counts(Model):
    """How everybody planned ended; `open` waits for its end."""

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
        """Return the sum of the ends and of what is open: as many as were planned, or something is wrong."""
        return sum(getattr(self, name) for name in Counts.model_fields if name != "planned")


class Mails(Model):
    """Of the mails sent: how many it happened to at least once. One mail may be in several."""

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
    """Those mailed, or those held out.

    `returned` had an order that counts; `returned_in_time` within the window after the mail, or after the moment at
    which they would have had it. For `still_waiting` of them that window is not over. Revenue is by currency.
    """

    people: int
    returned: int
    returned_in_time: int
    still_waiting: int
    revenue: dict[str, Decimal]
    revenue_in_time: dict[str, Decimal]


class Discount(Model):
    """What the offer cost, estimated from the `orders` that used its code; `kind` says how, or that it cannot be."""

    orders: int
    given: dict[str, Decimal]
    kind: Literal["none", "amount", "percent", "unknown"]
