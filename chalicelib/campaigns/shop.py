"""The settings for every campaign of the shop: its time zone, its hours, and how much mail one person gets."""

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field

from chalicelib.campaigns.window import Window, find_zone
from chalicelib.models import Currency, Model


def check_zone(name: str) -> str:
    """Refuse a time zone that this machine does not know."""
    if find_zone(name) is None:
        raise ValueError("not a time zone such as Europe/Berlin")
    return name


class Cap(Model):
    """At most so many marketing mails to one person within so many days, over all campaigns."""

    mails: int = Field(ge=1, le=100)
    days: int = Field(ge=1, le=366)


class ShopClock(Model):
    """The shop-wide file. `time_zone` serves people who named none; `currency` is that of every budget.

    A person without a rhythm is inactive after `quiet_days` without a purchase; no campaign uses that.
    `margin` is the share of a full price that is left after the cost of goods, in percent; only the report uses it.
    """

    time_zone: Annotated[str, AfterValidator(check_zone)] = "UTC"
    currency: Currency
    quiet_days: int = Field(30, ge=1, le=3660)
    margin: Decimal | None = Field(None, gt=0, le=100)
    window: Window
    cap: Cap
