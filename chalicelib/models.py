"""The shapes that cross a boundary: frozen, strict, and silent about their values when they fail.

A `Submission` is what arrived (from anyone, about anything). A `Reading` is what it says, in our words.
A `Profile` is what all readings of one person add up to.
"""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

PARENT = "parent"  # the channel of what a parent agreed to, and the purpose of their word itself
RESTRICTED = "restricted"  # a profile field


def plain_numbers(value: Any) -> Any:
    """Return a JSON value with every Decimal as its text, so that it is the same after storing as before."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list | tuple):
        return [plain_numbers(part) for part in value]
    if isinstance(value, dict):
        return {name: plain_numbers(part) for name, part in value.items()}
    return value


# str | bool | None | int | list | dict; a Decimal that strictjson read becomes its text
JsonValue = Annotated[Any, AfterValidator(plain_numbers)]

# What definition files name. An Optional... may be "".
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]  # a form, campaign, purpose, kind
OptionalName = Annotated[str, StringConstraints(pattern=r"^([a-z][a-z0-9-]{0,39})?$")]
FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]  # of a form or a profile
Version = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}(\.\d+)?$")]  # 2026-05-01, 2026-05-01.2
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]  # BCP 47
OptionalLanguage = Annotated[str, StringConstraints(pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]  # ISO 4217
OptionalCurrency = Annotated[str, StringConstraints(pattern=r"^([A-Z]{3})?$")]


class Model(BaseModel):
    """Frozen; unknown names refused; a failed validation never quotes its input (it would reach the log)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)


class Trust(StrEnum):
    """How far a submission's origin is proven. Only SIGNED may overwrite or claim what others rely on."""

    SIGNED = "signed"  # a sender's signature was verified
    OWN = "own"  # a page, link, list or form of the shop's own, filled in by somebody
    ANONYMOUS = "anonymous"  # a post of anybody: curl, a hand-written form, a bot


class SenderName(StrEnum):
    """Every way in: the senders that post to /hooks/<name>, then what the service itself writes."""

    SHOPIFY = "shopify"
    SQUARE = "square"
    STRIPE = "stripe"
    TALLY = "tally"
    TYPEFORM = "typeform"
    WEBHOOKS = "webhooks"
    WOOCOMMERCE = "woocommerce"
    FORM = "form"
    IMPORT = "import"
    LINK = "link"
    OUTREACH = "outreach"
    PRIVACY = "privacy"
    SES = "ses"


class ReadingKind(StrEnum):
    """What a submission is about. Stored history names them: a member may be added, and none may go."""

    SIGN_UP = "sign-up"
    PRE_ORDER = "pre-order"
    WARRANTY = "warranty"
    SURVEY = "survey"
    RESPONSE = "response"
    ORDER = "order"
    REFUND = "refund"
    CART = "cart"
    CUSTOMER = "customer"
    CONSENT = "consent"
    COMPLIANCE = "compliance"  # a shop system passes on a request about a customer's data
    LOGIN = "login"
    IMPORT = "import"
    CLICK = "click"
    PREFERENCES = "preferences"
    CONFIRM = "confirm"  # the answer to a double opt-in
    REQUEST = "request"  # a person asks about their own data
    TRY = "try"  # one attempt at typing the code of such a request
    MAIL = "mail"  # what outreach did about one mail
    MAIL_EVENT = "mail-event"  # what SES says of one mail
    OTHER = "other"


class IdentityKind(StrEnum):
    """What an identity names a person by. Index rows are hashes over these words: none may change."""

    ID = "id"  # sender, shop and the sender's id of the customer
    EMAIL = "email"
    PHONE = "phone"
    ORDER = "order"  # sender, shop and the sender's id of the order
    LINK = "link"  # a link's row name, or `mail:` and an attempt id
    PROVER = "prover"  # an address that asks to prove itself; counted, never claimed
    NETWORK = "network"  # a truncated network address; counted, never claimed


class Submission(Model):
    """One thing that happened, as it arrived.

    `sender` is a `SenderName`, or in old history the name of a sender that this version no longer has.
    `body` is the payload as sent (senders) or the cleaned values as canonical JSON (forms).
    `occurred_at` is the sender's own time where it gives one, else `received_at`; both aware, UTC.
    `claims` are the sender's delivery and event ids, e.g. `event:1234`; each works once per (sender, shop, topic).
    `idempotency_key` tells two posts of one form apart; empty for webhooks, whose body suffices.
    `network` is the truncated address (IPv4 /24, IPv6 /48) kept as consent evidence; forms only.
    `suspicion` lists why it looks like spam; not empty means quarantine.
    `reduced` tells that `body` is no longer what was sent but what it said, as a Reading in JSON (retention).
    """

    sender: str
    shop: str = ""
    topic: str
    trust: Trust
    received_at: AwareDatetime
    occurred_at: AwareDatetime
    claims: tuple[str, ...] = ()
    idempotency_key: str = ""
    network: str = ""
    language: str = ""
    suspicion: tuple[str, ...] = ()
    reduced: bool = False
    body: bytes


class ConsentState(StrEnum):
    GIVEN = "given"
    WITHDRAWN = "withdrawn"
    PENDING = "pending"  # asked to confirm by mail, not confirmed yet


class Consent(Model):
    """One statement of will for one purpose, with its evidence.

    `words` is the exact text shown; empty where a sender (Shopify) keeps the words to itself.
    `at` is when the person said it. `network` is truncated. `channel` is e.g. `form:sign-up` or `shopify`.
    """

    purpose: str
    state: ConsentState
    at: AwareDatetime
    channel: str
    words: str = ""
    words_version: str = ""
    language: str = ""
    network: str = ""
    signed: bool = False


class LineItem(Model):
    """One line of an order; `price` is for one unit, in the order's currency."""

    product_id: str = ""
    sku: str = ""
    title: str = ""
    quantity: int = 1
    price: Decimal = Decimal(0)


class OrderState(StrEnum):
    OPEN = "open"
    PAID = "paid"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


class Order(Model):
    """An order as its sender last described it. `id` is the sender's; money is in `currency`.

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
    """

    kind: str
    at: AwareDatetime
    values: dict[str, JsonValue] = Field(default_factory=dict)
    sensitive: dict[str, str] = Field(default_factory=dict)
    proven: bool = False


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


class Reading(Model):
    """What one submission says. Addresses are as given; `identity` normalises them.

    `sender_id` is the sender's own id of the customer.
    `fields` are profile fields by our name: name, email, phone, address, language and what forms add.
    `sensitive` maps the name of a field to the purpose whose consent it is kept by.
    `link` names a person by something that we sent them: a link's row name, or `mail:` and an attempt id.
    `notes` are for the event's effects alone and do not enter the profile.
    """

    kind: ReadingKind
    link: str = ""
    sender_id: str = ""
    email: str = ""
    phone: str = ""
    fields: dict[str, JsonValue] = Field(default_factory=dict)
    sensitive: dict[str, str] = Field(default_factory=dict)
    consents: tuple[Consent, ...] = ()
    orders: tuple[Order, ...] = ()
    refunds: tuple[Refund, ...] = ()
    entry: Entry | None = None
    mail: MailNote | None = None
    notes: dict[str, JsonValue] = Field(default_factory=dict)


class Identity(Model):
    """One normalised way of naming a person."""

    kind: IdentityKind
    value: str


class HeldValue(Model):
    """A profile field with where it came from and when; `signed` sources outrank the rest, then the later wins.

    A sensitive one names the `purpose` whose consent it is kept by; `proven` tells that the consent came by our mail.
    """

    value: JsonValue
    at: AwareDatetime
    source: str
    signed: bool
    purpose: str = ""
    proven: bool = False


class AgeSaid(Model):
    """What was said of somebody's age: a year of birth (`2011`) or a band (`under-16`)."""

    at: AwareDatetime
    age: str


class Profile(Model):
    """What is known of one person: the fold of their history, and nothing that the history does not say.

    `orders` is keyed by `sender:shop:id`; `mails` by occasion; `entries` by the inbox key of their submission.
    `joined` says by purpose when the first yes was said, whatever was said since.
    `last_seen` is their last sign of life; mails of ours, what became of them, and scanners are none.
    `fields` and `consents` hold what stands. What does not stand now, for a no or an age, is used by nobody, and is
    remembered only so that history may arrive in any order: `withheld` by field (a sensitive one without its value),
    `outranked` by `purpose:state:who`.
    """

    customer_id: str
    fields: dict[str, HeldValue] = Field(default_factory=dict)
    withheld: dict[str, HeldValue] = Field(default_factory=dict)
    consents: dict[str, Consent] = Field(default_factory=dict)
    outranked: dict[str, Consent] = Field(default_factory=dict)
    ages: tuple[AgeSaid, ...] = ()
    joined: dict[str, AwareDatetime] = Field(default_factory=dict)
    orders: dict[str, Order] = Field(default_factory=dict)
    refunds: dict[str, Refund] = Field(default_factory=dict)
    entries: dict[str, Entry] = Field(default_factory=dict)
    mails: dict[str, MailNote] = Field(default_factory=dict)
    identities: tuple[Identity, ...] = ()
    first_seen: AwareDatetime | None = None
    last_seen: AwareDatetime | None = None
    last_login: AwareDatetime | None = None
    last_purchase: AwareDatetime | None = None
    events: int = 0

    def text(self, name: str) -> str:
        """Return a field that is text, or ""."""
        held = self.fields.get(name)
        return held.value if held is not None and isinstance(held.value, str) else ""


class Event(Model):
    """One line of a person's history: the submission whole, and the inbox key it came under.

    What it says is read again whenever it is needed, so a better reader improves old history too.
    """

    key: str
    submission: Submission


def utc_text(moment: datetime) -> str:
    """Return RFC 3339 UTC text with microseconds: it sorts as time does, which table keys rely on."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class RequestKind(StrEnum):
    """What a person may ask (GDPR, Articles 15, 16, 17, 18 and 21)."""

    ACCESS = "access"
    CORRECT = "correct"
    ERASE = "erase"
    RESTRICT = "restrict"
    OBJECT = "object"
