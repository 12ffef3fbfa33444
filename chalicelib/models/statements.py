"""What a submission can state about a person: consents, orders, refunds, entries of forms, mails."""

from decimal import Decimal
from enum import StrEnum

from pydantic import AwareDatetime, Field

from chalicelib.models.base import JsonValue, Model

PARENT = "parent"  # the channel of what a parent agreed to, and the purpose of their word itself


class Grade(StrEnum):
    """How far a statement is proven. A typed statement never replaces a proven one; docs/identity.md has the table."""

    CONFIRMED = "confirmed"  # came by a link or code that we mailed to that address
    SIGNED = "signed"  # a system's own record: what it knows itself, and not what somebody typed into it
    TYPED = "typed"  # anybody could have typed it, also at a shop's checkout


class ConsentState(StrEnum):
    GIVEN = "given"
    WITHDRAWN = "withdrawn"
    PENDING = "pending"  # asked to confirm by mail, not confirmed yet


class Consent(Model):
    """One statement of will for one purpose, with its evidence.

    `words` is the exact text shown; empty where a sender (Shopify) keeps the words to itself.
    `at` is when the person said it. `network` is truncated. `channel` is e.g. `form:sign-up` or `shopify`.
    `address` is the mailbox that a yes counts for, normalised; "" where the statement names none.
    `staff` is the random id of the member of staff who wrote down what was said at the counter or on the telephone,
    `script` the version of the telephone script that was read out.
    """

    purpose: str
    state: ConsentState
    at: AwareDatetime
    channel: str
    words: str = ""
    words_version: str = ""
    language: str = ""
    network: str = ""
    grade: Grade = Grade.TYPED
    address: str = ""
    staff: str = ""
    script: str = ""

    @property
    def is_proven(self) -> bool:
        """Return whether more than typing stands behind the statement."""
        return self.grade is not Grade.TYPED


class LineItem(Model):
    """One line of an order; `price` is for one unit, in the order's currency."""

    product_id: str = ""
    sku: str = ""
    title: str = ""
    quantity: int = 1
    price: Decimal = Decimal(0)


class OrderState(StrEnum):
    """The state of an order, in the order of its life; PAID and OPEN are purchases."""

    UNPAID = "unpaid"  # left at the payment page, expired or failed: no purchase
    OPEN = "open"
    PAID = "paid"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    MOVED = "moved"  # corrected: it belongs to another customer now


class Order(Model):
    """An order as its sender last described it. `id` is the sender's; money is in `currency` (ISO 4217), "" if unknown.

    `number` is what the shop system shows to people, such as `#1001`; `codes` are those that took something off.
    `total` is what was paid or is owed, refunds not taken off. `test` marks an order that tried the shop system out.
    `refunds` maps a refund's id to its amount: a set, so that hearing of one twice changes nothing.
    """

    id: str
    placed_at: AwareDatetime
    updated_at: AwareDatetime
    state: OrderState
    total: Decimal = Decimal(0)
    currency: str = ""
    number: str = ""
    items: tuple[LineItem, ...] = ()
    codes: tuple[str, ...] = ()
    refunds: dict[str, Decimal] = Field(default_factory=dict)
    test: bool = False


class Refund(Model):
    """Money given back for an order that may not have been heard of yet."""

    id: str
    order_id: str
    amount: Decimal
    currency: str = ""


class Entry(Model):
    """What a person told us on one occasion, beside their contact details: survey, warranty card, pre-order, cart.

    `sensitive` maps the name of a value to the purpose whose consent it is kept by; `proven` as in HeldValue.
    `id` names a thing that is told of again and again, such as a cart; the latest entry of an id replaces the others.
    `withdrawn` is when the person withdrew it: it stays in the record, and starts no mail. `taken` says how staff wrote
    it down for the person, `counter` or `telephone`.
    """

    kind: str
    at: AwareDatetime
    values: dict[str, JsonValue] = Field(default_factory=dict)
    sensitive: dict[str, str] = Field(default_factory=dict)
    proven: bool = False
    id: str = ""
    withdrawn: AwareDatetime | None = None
    taken: str = ""


class MailState(StrEnum):
    """Where one mail to one person stands; the order is the order of life, and a fold never goes back in it."""

    INTENT = "intent"  # about to be handed to SES: at most one wire attempt follows
    THROTTLED = "throttled"  # SES certainly did not take it; it may be tried again
    UNKNOWN = "unknown"  # the answer was lost: an SES event may still tell
    PARKED = "parked"  # stayed unknown; marketing is not sent again, a person decides
    REFUSED = "refused"  # SES will never take it
    EXPIRED = "expired"  # its time passed before it could go out
    HELD_OUT = "held_out"  # drawn into the group that is not mailed, to measure against
    CAPPED = "capped"  # the person had enough mail already
    SUPPRESSED = "suppressed"  # no consent, unsubscribed, bounced, or the address is suppressed
    OVER_BUDGET = "over_budget"  # the campaign's money is spent
    SENT = "sent"  # SES took it


class MailNote(Model):
    """One mail that a person got, or was spared: one per occasion, for ever."""

    campaign: str
    occasion: str
    state: MailState
    at: AwareDatetime
    marketing: bool = True
