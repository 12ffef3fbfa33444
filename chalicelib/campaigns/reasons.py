"""From a trigger to the reasons it finds in one person's profile, each with its raw moment: no window looked at yet."""

import calendar
import hashlib
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, tzinfo
from typing import NamedTuple

from chalicelib.campaigns.definition import Campaign, When
from chalicelib.models import ConsentState, Entry, Profile
from chalicelib.people.activity import RISK, YEARS, count_days, list_purchases, measure_gap, stretch_gap
from chalicelib.people.profile import is_purchase


class Reason(NamedTuple):
    """Why a person may be written to; `source` is the key of an order or entry, or a plain word."""

    source: str
    due: datetime
    words: str
    plain: bool = False

    @property
    def key(self) -> str:
        """Return what stays the same for the same reason, whatever else is learnt; a plain word as it stands.

        An order's or entry's key is hashed: it may name a shop, in any characters.
        """
        if self.plain:
            return self.source
        return hashlib.sha256(b"occasion\0" + self.source.encode()).hexdigest()[:20]


def list_reasons(profile: Profile, campaign: Campaign, zone: tzinfo) -> Iterator[Reason]:
    """Yield every reason that a campaign finds in a profile, past ones too; `zone` is where a warranty's day ends."""
    yield from FINDERS[campaign.when.trigger](profile, campaign, zone)


def find_quiet(profile: Profile, campaign: Campaign, zone: tzinfo) -> Iterator[Reason]:
    """Yield the last purchase."""
    words = f"{tell_delay(campaign.when)} without purchase"
    for last in list_purchases(profile)[-1:]:
        yield Reason(name_day(last), last + campaign.when.delay, words, plain=True)


def find_risk(profile: Profile, campaign: Campaign, zone: tzinfo) -> Iterator[Reason]:
    """Yield when the gap since the last purchase outgrows the person's usual one."""
    bought = list_purchases(profile)
    gap = measure_gap(bought)
    if gap is not None:
        words = f"usual gap {count_days(gap)}, now {RISK} times that"
        yield Reason(name_day(bought[-1]), bought[-1] + stretch_gap(gap, RISK), words, plain=True)


def find_purchases(profile: Profile, campaign: Campaign, zone: tzinfo) -> Iterator[Reason]:
    """Yield each purchase."""
    delay, words = campaign.when.delay, f"{tell_delay(campaign.when)} after a purchase"
    for key, order in profile.orders.items():
        if is_purchase(order) and order.placed_at.year in YEARS:
            yield Reason(key, order.placed_at + delay, words)


def find_sign_up(profile: Profile, campaign: Campaign, zone: tzinfo) -> Iterator[Reason]:
    """Yield the first yes to the campaign's purpose, if one stands: once in a life, so its key has no date."""
    consent, joined = profile.consents.get(campaign.purpose), profile.joined.get(campaign.purpose)
    if consent and joined and consent.state is ConsentState.GIVEN and joined.year in YEARS:
        words = f"{tell_delay(campaign.when)} after sign-up"
        yield Reason("sign-up", joined + campaign.when.delay, words, plain=True)


def find_cards(profile: Profile, campaign: Campaign, zone: tzinfo) -> Iterator[Reason]:
    """Yield each warranty card."""
    words = f"{tell_delay(campaign.when)} after a warranty was registered"
    for key, entry in list_entries(profile, "warranty"):
        yield Reason(key, entry.at + campaign.when.delay, words)


def find_endings(profile: Profile, campaign: Campaign, zone: tzinfo) -> Iterator[Reason]:
    """Yield the end of each warranty whose card says when the thing was bought; a thing told twice ends twice."""
    for key, entry in list_entries(profile, "warranty"):
        bought = read_day(entry)
        if bought is not None:
            ends = datetime.combine(add_months(bought, campaign.when.warranty_months or 0), time(), zone)
            yield Reason(key, ends - campaign.when.delay, f"warranty ends on {ends.date()}")


def find_shipped(profile: Profile, campaign: Campaign, zone: tzinfo) -> Iterator[Reason]:
    """Yield each note that a pre-order was shipped."""
    for key, entry in list_entries(profile, "pre-order-shipped"):
        yield Reason(key, entry.at + campaign.when.delay, "a pre-order was shipped")


def list_entries(profile: Profile, kind: str) -> Iterator[tuple[str, Entry]]:
    """Yield the entries of a kind."""
    return ((key, entry) for key, entry in profile.entries.items() if entry.kind == kind and entry.at.year in YEARS)


def read_day(entry: Entry) -> date | None:
    """Return the day of purchase on a warranty card, or None where it has none that can be read."""
    try:
        day = date.fromisoformat(str(entry.values.get("purchased_on")))
    except ValueError:
        return None
    return day if day.year in YEARS else None


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later, or the last of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def name_day(moment: datetime) -> str:
    """Return a day (UTC) as a key."""
    return moment.strftime("%Y-%m-%d")


def tell_delay(when: When) -> str:
    """Write how long after the trigger, e.g. `30 days`, `1 hour`."""
    hours = f"{when.hours} {'hour' if when.hours == 1 else 'hours'}" if when.hours else ""
    return " ".join(part for part in (count_days(when.days) if when.days or not hours else "", hours) if part)


FINDERS: dict[str, Callable[[Profile, Campaign, tzinfo], Iterator[Reason]]] = {
    "inactive": find_quiet,
    "at-risk": find_risk,
    "after-purchase": find_purchases,
    "after-sign-up": find_sign_up,
    "after-warranty": find_cards,
    "warranty-ending": find_endings,
    "pre-order-shipped": find_shipped,
}
