"""A submission: what arrived, from anyone, about anything; and the event that it becomes in a history."""

from enum import StrEnum

from pydantic import AwareDatetime

from chalicelib.models.base import Model

ONCE = "once:"  # begins the idempotency key of an anonymous answer: one page counts once, whatever its answers


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
    STAFF = "staff"
    TILL = "till"


class Submission(Model):
    """One thing that happened, as it arrived.

    `sender` is a `SenderName`, or in old history the name of a sender that this version no longer has.
    `body` is the payload as sent (senders) or the cleaned values as canonical JSON (forms).
    `occurred_at` is the sender's own time where it gives one, else `received_at`; both aware, UTC.
    `claims` are the sender's delivery and event ids, e.g. `event:1234`; each works once per (sender, shop, topic).
    `idempotency_key` tells two posts of one form apart; empty for webhooks, whose body suffices.
    `network` is the truncated address (IPv4 /24, IPv6 /48) kept as consent evidence; forms only.
    `mailbox` is the person's mailbox at the time of an action through a link, normalised; settling adds it.
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
    mailbox: str = ""
    language: str = ""
    reduced: bool = False
    body: bytes


def is_anonymous(submission: Submission) -> bool:
    """Return whether a submission answers a survey that nobody can be found in (`senders.anonymous`)."""
    return submission.idempotency_key.startswith(ONCE)


class Event(Model):
    """One line of a person's history: the submission whole, and the inbox key it came under.

    What it says is read again whenever it is needed, so a better reader improves old history too.
    """

    key: str
    submission: Submission


class RequestKind(StrEnum):
    """What a person may ask (GDPR, Articles 15, 16, 17, 18 and 21).

    A move is asked for on the page of corrections, and proven at the new address.
    """

    ACCESS = "access"
    CORRECT = "correct"
    ERASE = "erase"
    RESTRICT = "restrict"
    OBJECT = "object"
    MOVE = "move"


ASKABLE = tuple(kind for kind in RequestKind if kind is not RequestKind.MOVE)  # by anybody, on the form of requests
