"""The offer of a mail: a discount, under a code, within a budget."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from chalicelib.mails.codes import LENGTH
from chalicelib.models import Currency, Model

# Shops type codes at a till: capitals, digits and hyphens.
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{0,20}(\{code\})?[A-Z0-9-]{0,20}$", min_length=4)]
Money = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=2)]

SLOT = "{code}"
LONGEST_CODE = 40  # the length that a mail shows and a link holds


class Offer(Model):
    """A percentage or an amount off. `most_spent` and `expected_cost` are in the shop's currency."""

    percent: Decimal | None = Field(None, gt=0, le=100, max_digits=5, decimal_places=2)
    amount: Money | None = None
    currency: Currency | None = None
    code: Code
    expires_days: int = Field(ge=1, le=366)
    most_spent: Money
    expected_cost: Money

    @property
    def per_person(self) -> bool:
        """Return whether each customer gets a code of their own."""
        return SLOT in self.code

    def write_code(self, own: str) -> str:
        """Return the code as the mail shows it; `own` is this person's part of it (mails.codes.derive_code)."""
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
