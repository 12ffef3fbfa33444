"""One campaign, as its file defines it.

Every key is documented in docs/campaigns.md; a test holds that page to these models.
"""

from datetime import timedelta
from typing import Any, Literal

from pydantic import Field, model_validator

from chalicelib.campaigns.audience import Audience
from chalicelib.campaigns.offer import Offer
from chalicelib.campaigns.window import Window
from chalicelib.models import Model, Name, OptionalName

Trigger = Literal[
    "inactive",
    "at-risk",
    "after-purchase",
    "after-sign-up",
    "after-warranty",
    "warranty-ending",
    "pre-order-shipped",
]


class When(Model):
    """What starts the clock, and how long it runs: a day is 24 hours."""

    trigger: Trigger
    days: int = Field(0, ge=0, le=3660)
    hours: int = Field(0, ge=0, le=23)
    warranty_months: int | None = Field(None, ge=1, le=600)

    @property
    def delay(self) -> timedelta:
        """Return how long after the trigger, or before the end of a warranty."""
        return timedelta(days=self.days, hours=self.hours)

    @model_validator(mode="after")
    def check_sense(self) -> "When":
        """Refuse keys that mean nothing to the trigger."""
        if self.trigger == "at-risk" and self.delay:
            raise ValueError("at-risk goes by the person's own rhythm: it takes neither days nor hours")
        if self.trigger in ("inactive", "warranty-ending") and not self.days:
            raise ValueError(f"{self.trigger} needs days")
        if (self.trigger == "warranty-ending") != (self.warranty_months is not None):
            raise ValueError("warranty_months belongs to warranty-ending, and to nothing else")
        return self


class Campaign(Model):
    """A reason to write to somebody, and everything that decides whether and when."""

    name: Name
    kind: Literal["marketing", "transactional"]
    purpose: OptionalName
    template: Name
    when: When
    good_for_days: int = Field(ge=1, le=366)
    audience: Audience = Audience()
    offer: Offer | None = None
    form: OptionalName = ""
    window: Window | None = None
    cooldown_days: int = Field(0, ge=0, le=3660)
    holdout_share: float = Field(0, ge=0, le=0.5)
    holdout_salt: str = Field("", max_length=40)

    @property
    def is_marketing(self) -> bool:
        """Tell a campaign that needs a yes, and counts under the cap."""
        return self.kind == "marketing"

    @model_validator(mode="before")
    @classmethod
    def name_purpose(cls, keys: Any) -> Any:
        """Let a marketing campaign need the consent to marketing where its file names no other."""
        usual = "marketing" if isinstance(keys, dict) and keys.get("kind") == "marketing" else ""
        return {"purpose": usual, **keys} if isinstance(keys, dict) else keys

    @model_validator(mode="after")
    def check_kind(self) -> "Campaign":
        """Refuse what the kind of mail does not allow."""
        if self.is_marketing != bool(self.purpose):
            raise ValueError("marketing needs a purpose to consent to, transactional mail has none")
        if not self.is_marketing and (self.offer or self.holdout_share):
            raise ValueError("an offer or a holdout makes it marketing")
        if not self.is_marketing and self.when.trigger in ("inactive", "at-risk", "after-sign-up"):
            raise ValueError(f"{self.when.trigger} is marketing")
        return self

    @model_validator(mode="after")
    def check_times(self) -> "Campaign":
        """Refuse a reason that outlives itself."""
        if self.when.trigger == "warranty-ending" and self.good_for_days > self.when.days:
            raise ValueError("good_for_days reaches past the end of the warranty: it is more than when.days")
        return self
