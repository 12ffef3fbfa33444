"""What a sender's module declares about itself, as its `SOURCE`: the privacy page and erasure read it."""

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.models import ReadingKind, SenderName


class Fact(StrEnum):
    """What a source may bring about a person: a key of the page's words, and of FACTS in pages/policy_sources.py."""

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"
    LANGUAGE = "language"
    TIME_ZONE = "time_zone"
    NUMBER = "number"  # the sender's own id of the customer
    ORDERS = "orders"
    REFUNDS = "refunds"
    CONSENTS = "consents"
    CART = "cart"
    COMPLIANCE = "compliance"  # a request about a customer's data
    ANSWERS = "answers"
    MESSAGE = "message"
    NOTES = "notes"  # what the shop noted in a list
    OWN = "own"  # fields of the profile under names that the shop chose
    CLICK = "click"
    WITHDRAWN = "withdrawn"
    MAIL = "mail"
    FATE = "fate"  # whether a mail arrived
    RESTRICTED = "restricted"
    REQUEST = "request"


CONTACTS = (Fact.NAME, Fact.EMAIL, Fact.PHONE, Fact.ADDRESS)


# What answers to a form can be about.
FORM_KINDS = (
    ReadingKind.SIGN_UP,
    ReadingKind.PRE_ORDER,
    ReadingKind.WARRANTY,
    ReadingKind.SURVEY,
    ReadingKind.RESPONSE,
)


@dataclass(frozen=True)
class Source:
    """One sender. `name` is its key among the page's words, `kinds` are the events that it makes.

    `purposes` are names of purposes.toml. `from_person` means that its submissions are a person's own act at the
    moment that they are dated with: after an erasure, such an act alone makes the person a customer again.
    """

    name: SenderName
    kinds: tuple[ReadingKind, ...]
    facts: tuple[Fact, ...]
    purposes: tuple[str, ...]
    from_person: bool = False


def describe_form_builder(name: SenderName) -> Source:
    """Return the declaration of a sender of answers to forms that were built elsewhere."""
    return Source(
        name=name,
        kinds=(*FORM_KINDS, ReadingKind.OTHER),
        facts=(*CONTACTS, Fact.LANGUAGE, Fact.OWN, Fact.ANSWERS, Fact.CONSENTS),
        purposes=("surveys", "marketing"),
        from_person=True,
    )
