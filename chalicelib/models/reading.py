"""A reading: what one submission says, in our words."""

from enum import StrEnum

from pydantic import Field

from chalicelib.models.base import JsonValue, Model
from chalicelib.models.statements import Consent, Entry, MailNote, Order, Refund


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
    ENTRY_WITHDRAWN = "entry-withdrawn"  # the reader of a confirmation mail withdraws the entry
    REQUEST = "request"  # a person asks about their own data
    TRY = "try"  # one attempt at typing the code of such a request
    MAIL = "mail"  # what outreach did about one mail
    MAIL_EVENT = "mail-event"  # what SES says of one mail
    NOTE = "note"  # of staff, about a customer
    OTHER = "other"


class IdentityKind(StrEnum):
    """What an identity names a person by. Index rows are hashes over these words: none may change."""

    ID = "id"  # sender, shop and the sender's id of the customer
    EMAIL = "email"
    PHONE = "phone"
    ORDER = "order"  # sender, shop and the sender's id of the order
    LINK = "link"  # a link's row name, or `mail:` and an attempt id
    SHOP = "shop"  # sender and shop; kept beside a customer, never claimed
    PROVER = "prover"  # a mailbox that asks to prove itself, folded; counted, never claimed
    MAILBOX = "mailbox"  # a mailbox that is asked to confirm, folded; counted, never claimed
    CARD = "card"  # the code of a customer's card
    NETWORK = "network"  # a truncated network address; counted, never claimed


class Reading(Model):
    """What one submission says. Addresses are as given; `identity` normalises them.

    `sender_id` is the sender's own id of the customer.
    `fields` are profile fields by our name: name, email, phone, address, language and what forms add.
    `sensitive` maps the name of a field to the purpose whose consent it is kept by.
    `link` names a person by something that we sent them: a link's row name, or `mail:` and an attempt id.
    `notes` are for the event's effects alone and do not enter the profile.
    `typed` tells that a signed message repeats what a visitor typed, such as the name and address of a guest.
    `country` (ISO 3166) is the one that stands beside the phone number, or "".
    `replaces` names the customers (the sender's ids) who were merged into this one; `ends` tells that the sender
    deleted its record of the customer. `withdraws` is the inbox key of an entry that the person withdraws.
    `friend` is the code of the friend who brought the person, or "".
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
    typed: bool = False
    country: str = ""
    replaces: tuple[str, ...] = ()
    ends: bool = False
    withdraws: str = ""
    friend: str = ""


class Identity(Model):
    """One normalised way of naming a person."""

    kind: IdentityKind
    value: str
