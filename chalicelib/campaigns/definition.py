"""One campaign, as its file defines it.

Every key is documented in docs/campaigns.md; a test holds that page to these models.
"""

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from chalicelib.campaigns.audience import Audience
from chalicelib.campaigns.delay import Delay
from chalicelib.campaigns.offer import Offer
from chalicelib.campaigns.triggers import TRIGGERS, Trigger
from chalicelib.campaigns.window import Window
from chalicelib.mails.words import MOST_SUGGESTED, Reason
from chalicelib.models import Model, Name, OptionalName


class When(Delay):
    """The trigger of a campaign, and the delay after it."""

    trigger: str

    @field_validator("trigger")
    @classmethod
    def find_trigger(cls, name: str) -> str:
        """Refuse a trigger that is not in the table, or whose reason some mail language has no sentence for."""
        if name not in TRIGGERS:
            raise ValueError(f"no such trigger; there are {', '.join(TRIGGERS)}")
        if silent := TRIGGERS[name].list_silent():
            raise ValueError(f"mails have no sentence for its reason in {', '.join(silent)}")
        return name

    @model_validator(mode="after")
    def check_sense(self) -> "When":
        """Refuse keys that the trigger lacks, or that mean nothing to it."""
        if problem := TRIGGERS[self.trigger].judge_delay(self):
            raise ValueError(problem)
        return self


class Campaign(Model):
    """One campaign: its trigger, its audience, its mail, and the rules for whether and when the mail is sent."""

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
    suggest: int = Field(0, ge=0, le=MOST_SUGGESTED)
    tips: bool = False
    friends: bool = False

    @property
    def is_marketing(self) -> bool:
        """Return whether the campaign needs a consent and counts under the cap."""
        return self.kind == "marketing"

    @property
    def confirms(self) -> bool:
        """Return whether its mails confirm an entry: anybody can cause one, and its button leads to the entry."""
        return self.trigger.confirms and not self.is_marketing

    @property
    def learns(self) -> bool:
        """Return whether it needs what is known of products over everybody."""
        return self.trigger.learns or self.suggest > 0

    @property
    def trigger(self) -> Trigger:
        """Return the trigger of the campaign."""
        return TRIGGERS[self.when.trigger]

    @property
    def mail_reason(self) -> Reason:
        """Return the reason in the mail's last line; transactional mail has its own, since it is no advertising."""
        if self.confirms:
            return "asked"
        return self.trigger.reason if self.is_marketing else "served"

    @model_validator(mode="before")
    @classmethod
    def name_purpose(cls, keys: Any) -> Any:
        """Set the purpose of a marketing campaign to marketing where its file names no other."""
        usual = "marketing" if isinstance(keys, dict) and keys.get("kind") == "marketing" else ""
        return {"purpose": usual, **keys} if isinstance(keys, dict) else keys

    def hold_nobody(self) -> "Campaign":
        """Return the campaign without its holdout, as a local run with a handful of customers needs it."""
        return self.model_copy(update={"holdout_share": 0.0})

    @model_validator(mode="after")
    def check_kind(self) -> "Campaign":
        """Refuse what the kind of mail does not allow."""
        if self.is_marketing != bool(self.purpose):
            raise ValueError("marketing needs a purpose to consent to, transactional mail has none")
        if not self.is_marketing and (self.offer or self.holdout_share):
            raise ValueError("an offer or a holdout makes it marketing")
        if not self.is_marketing and self.trigger.marketing:
            raise ValueError(f"{self.when.trigger} is marketing")
        if self.confirms and self.form:
            raise ValueError("its button leads to the entry that it confirms, and to no form")
        return self

    @model_validator(mode="after")
    def check_times(self) -> "Campaign":
        """Refuse a mail that is good for longer than the warranty which it is about."""
        if self.when.trigger == "warranty-ending" and self.good_for_days > self.when.days:
            raise ValueError("good_for_days reaches past the end of the warranty: it is more than when.days")
        return self
