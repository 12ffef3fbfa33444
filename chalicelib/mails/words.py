"""The words of a mail that differ from person to person, which the caller gives. Text only, never a template."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from chalicelib.mails.names import clean_name, clean_product
from chalicelib.models import Model, OptionalCurrency, OptionalName, RequestKind
from chalicelib.text import is_hidden

Reason = Literal["bought", "signed_up", "registered", "pre_ordered", "answered", "served", "asked", "desk"]
# A header's value holds 995 characters (SES API, MessageHeader), and a link stands between < and >.
LONGEST_LINK = 900
MOST_SUGGESTED = 3  # products in one mail
MOST_COUNT = 9_999  # of things in a mail; a longer number may be a telephone's
# Plain ASCII without what ends a header, an attribute or a link in a text mail. HTTP only for a machine's own address.
LINK = re.compile(r"https://[!#-;=?-~]+|http://(?:127\.0\.0\.1|localhost)(?::\d+)?(?:/[!#-;=?-~]*)?")


def check_line(text: str) -> str:
    """Refuse control characters and direction switches, which no line of a mail may hold."""
    if any(is_hidden(sign) for sign in text):
        raise ValueError("control character")
    return text.strip()


def check_lines(text: str) -> str:
    """Check each line of a postal address."""
    return "\n".join(check_line(line) for line in text.strip().replace("\r\n", "\n").split("\n"))


def check_link(text: str) -> str:
    """Refuse a link that could end a header, an attribute or itself."""
    if text and not LINK.fullmatch(text):
        raise ValueError("not a plain https link")
    return text


def read_count(value: object) -> int | None:
    """Return a number of things, or None for what is no such number."""
    return value if isinstance(value, int) and 0 < value <= MOST_COUNT else None


Line = Annotated[str, StringConstraints(max_length=100), AfterValidator(check_line)]
Link = Annotated[str, StringConstraints(max_length=LONGEST_LINK), AfterValidator(check_link)]
Sentence = Annotated[str, StringConstraints(max_length=600), AfterValidator(check_line)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]


class Offer(Model):
    """A discount: either `percent` or `amount` in `currency` (ISO 4217). `expires` is the last day it works."""

    percent: Decimal = Field(Decimal(0), ge=0, le=100, max_digits=5, decimal_places=2)
    amount: Decimal = Field(Decimal(0), ge=0, max_digits=12, decimal_places=3)
    currency: OptionalCurrency = ""
    code: Code
    expires: date | None = None

    @model_validator(mode="after")
    def check_one(self) -> Self:
        """Refuse an offer with neither percent nor amount, with both, or with an amount without a currency."""
        if bool(self.percent) == bool(self.amount):
            raise ValueError("an offer is either percent or amount")
        if self.amount and not self.currency:
            raise ValueError("an amount needs a currency")
        return self


class Tip(Model):
    """How to care for something that the person bought, in the shop's own words."""

    product: Line
    text: Sentence


class Figures(Model):
    """Sentences of the weekly mail: figures that changed, and the steadiest; `compared` is how many were looked at."""

    changed: tuple[Sentence, ...] = Field((), max_length=MOST_SUGGESTED)
    steady: tuple[Sentence, ...] = Field((), max_length=MOST_SUGGESTED)
    compared: int = Field(0, ge=0)
    counted: date


class MailWords(Model):
    """The words of one mail to one person. An empty word is left out, and the mail reads well without it.

    `person_name` may be any typed text: text that is no name becomes "". `shop_address` is postal, in lines.
    `reason` is why the person gets the mail. `link` is where its button leads; `form` is the name of the form there, if
    it is one. `confirm_url` is where a confirmation leads; `code` is what must be typed on the page of a request;
    `request` is what a data subject request asks. `number` is that of the entry which a mail confirms; `product`,
    `quantity` and `day` are answers in it. `product` may be any typed text: text that looks like anything but a product
    becomes "". `bought` is a product that they bought on `day` and that is usually bought again after `again_days`,
    `suggested` are products that they may like: both as the shop's own systems name them.
    `friend_link` is the link that they may pass on.
    `figures` are of the weekly mail to owners alone.
    """

    shop_name: Annotated[Line, StringConstraints(min_length=1)]
    shop_url: Link = ""
    shop_address: Annotated[str, StringConstraints(max_length=300), AfterValidator(check_lines)] = ""
    person_name: Annotated[str, AfterValidator(clean_name)] = ""
    offer: Offer | None = None
    link: Link = ""
    form: OptionalName = ""
    unsubscribe_url: Link = ""
    preferences_url: Link = ""
    privacy_url: Link = ""
    reason: Reason | None = None
    confirm_url: Link = ""
    code: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{0,40}$")] = ""
    request: RequestKind | None = None
    title: Annotated[str, StringConstraints(max_length=4000), AfterValidator(check_line)] = ""
    answers: Annotated[str, StringConstraints(max_length=20_000), AfterValidator(check_line)] = ""
    number: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{0,20}$")] = ""
    product: Annotated[str, AfterValidator(clean_product)] = ""
    quantity: Annotated[int | None, BeforeValidator(read_count)] = None
    day: date | None = None
    bought: Line = ""
    again_days: int | None = Field(None, ge=1, le=9_999)
    suggested: tuple[Line, ...] = Field((), max_length=MOST_SUGGESTED)
    tips: tuple[Tip, ...] = Field((), max_length=MOST_SUGGESTED)
    friend_link: Link = ""
    figures: Figures | None = None
