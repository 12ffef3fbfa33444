"""The offer of a mail: a discount, under a code that the shop's checkout honours, within a budget."""

import hashlib
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from chalicelib.mails.codes import LENGTH
from chalicelib.models import Currency, Model
from chalicelib.strictjson import dump_json

# Shops type codes at a till: capitals, digits and hyphens.
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{0,20}(\{code\})?[A-Z0-9-]{0,20}$", min_length=4)]
Apply = Annotated[str, StringConstraints(pattern=r"^https://[a-z0-9.-]+/\S*\{code\}\S*$", max_length=300)]
Money = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=2)]

SLOT = "{code}"
HUNDREDTHS = 100  # budgets are counted in hundredths of the shop's currency
GRACE = timedelta(days=2)  # orders are told late: a code is spared for so long after its mail says that it ends
LONGEST_CODE = 40  # the length that a mail shows and a link holds


class CodeSource(StrEnum):
    """Where the codes of an offer come from."""

    SHOPIFY = "shopify"
    WOOCOMMERCE = "woocommerce"
    STRIPE = "stripe"
    POOL = "pool"  # a list that the shop made
    SHARED = "shared"  # one code for all, which the shop has set up itself


ONLINE = (CodeSource.SHOPIFY, CodeSource.WOOCOMMERCE, CodeSource.STRIPE)  # codes are made at the shop system


class Offer(Model):
    """A percentage or an amount off. `most_spent`, `expected_cost` and `minimum` are in the shop's currency.

    `minimum` is the least that an order must come to. `combines` lets the code stand beside other discounts. `ahead`
    is how many codes are kept ready. `apply` is the address that applies a code, where the shop system has no own.
    """

    percent: Decimal | None = Field(None, gt=0, le=100, max_digits=5, decimal_places=2)
    amount: Money | None = None
    currency: Currency | None = None
    codes: CodeSource | None = None
    code: Code = SLOT
    minimum: Money | None = None
    combines: bool = False
    ahead: int = Field(250, ge=1, le=5_000)
    apply: Apply | None = None
    expires_days: int = Field(ge=1, le=366)
    most_spent: Money
    expected_cost: Money

    @property
    def per_person(self) -> bool:
        """Return whether each customer gets a code of their own."""
        return SLOT in self.code

    @property
    def is_online(self) -> bool:
        """Return whether codes are made at a shop system."""
        return self.codes in ONLINE

    @property
    def terms(self) -> str:
        """Return a name for what a code gives: codes that were made for other terms are not handed out."""
        told = {"codes", "percent", "amount", "currency", "minimum", "combines", "code"}
        return hashlib.sha256(dump_json(self.model_dump(mode="json", include=told))).hexdigest()[:8]

    @property
    def spared(self) -> timedelta:
        """Return how long a code is spared after its mail: to the end of the day that the mail names, and the grace."""
        return timedelta(days=self.expires_days + 1) + GRACE

    def write_code(self, own: str) -> str:
        """Return the whole code; `own` is the part that differs from code to code (mails.codes.make_code)."""
        return self.code.replace(SLOT, own)

    def is_affordable(self, spent: Decimal) -> bool:
        """Return whether one more mail fits into the budget, `spent` being promised already."""
        return spent + self.expected_cost <= self.most_spent

    @model_validator(mode="after")
    def check_sense(self) -> "Offer":
        """Refuse keys that contradict each other."""
        if (self.percent is None) == (self.amount is None):
            raise ValueError("an offer is either a percent or an amount")
        if (self.amount is None) != (self.currency is None):
            raise ValueError("an amount needs its currency, a percent has none")
        if len(self.write_code("." * LENGTH)) > LONGEST_CODE:
            raise ValueError(f"a code has at most {LONGEST_CODE} signs: customers type it")
        if not self.is_affordable(Decimal(0)):
            raise ValueError("no mail would ever go: expected_cost is more than most_spent")
        return self

    @model_validator(mode="after")
    def check_source(self) -> "Offer":
        """Refuse a code that no checkout would know."""
        if self.per_person and self.codes in (None, CodeSource.SHARED):
            names = ", ".join(f'"{source}"' for source in (*ONLINE, CodeSource.POOL))
            raise ValueError(f"{{code}} needs codes = one of {names}: else no checkout knows the code (docs/offers.md)")
        if not self.per_person and self.codes != CodeSource.SHARED:
            raise ValueError('one code for all needs codes = "shared", and you set it up in your shop (docs/offers.md)')
        if self.codes is CodeSource.STRIPE and "-" in self.code:
            raise ValueError("Stripe's codes have letters and digits alone: leave the hyphens out")
        if self.codes is CodeSource.POOL and self.code != SLOT:
            raise ValueError('codes = "pool" takes your codes as they are: leave the key code out')
        return self
