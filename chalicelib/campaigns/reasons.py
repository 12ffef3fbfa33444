"""The reasons to write that each trigger finds in one profile, each with its moment. No send window is applied yet."""

import calendar
import hashlib
from collections.abc import Iterator
from datetime import date, datetime, time, tzinfo
from typing import NamedTuple

from chalicelib.campaigns.delay import Delay
from chalicelib.campaigns.needs import Demands, list_needs
from chalicelib.models import EntryMark, Profile
from chalicelib.models.numbers import write_number
from chalicelib.people.activity import RISK, YEARS, count_days, list_purchases, measure_gap, stretch_gap


class Reason(NamedTuple):
    """A reason to write to a customer; `source` is the key of an order or entry, or a fixed word."""

    source: str
    due: datetime
    words: str
    plain: bool = False

    @property
    def key(self) -> str:
        """Return the reason's id, which later events never change; a fixed word is its own id.

        An order's or entry's key is hashed: it may name a shop, in any characters.
        """
        if self.plain:
            return self.source
        return hash_source(self.source)


def hash_source(source: str) -> str:
    """Return the id of the reason that an order or entry of this key is."""
    return hashlib.sha256(b"occasion\0" + source.encode()).hexdigest()[:20]


def find_quiet(profile: Profile, when: Delay, purpose: str, zone: tzinfo, demands: Demands) -> Iterator[Reason]:
    """Yield the last purchase."""
    words = f"{write_delay(when)} without purchase"
    for last in list_purchases(profile)[-1:]:
        yield Reason(name_day(last), last + when.delay, words, plain=True)


def find_risk(profile: Profile, when: Delay, purpose: str, zone: tzinfo, demands: Demands) -> Iterator[Reason]:
    """Yield the moment when the gap since the last purchase grows longer than the person's usual gap."""
    bought = list_purchases(profile)
    gap = measure_gap(bought)
    if gap is not None:
        words = f"usual gap {count_days(gap)}, now {RISK} times that"
        yield Reason(name_day(bought[-1]), bought[-1] + stretch_gap(gap, RISK), words, plain=True)


def find_purchases(profile: Profile, when: Delay, purpose: str, zone: tzinfo, demands: Demands) -> Iterator[Reason]:
    """Yield each purchase among the latest orders."""
    words = f"{write_delay(when)} after a purchase"
    for key, mark in profile.latest.items():
        if mark.is_purchase and mark.placed_at.year in YEARS:
            yield Reason(key, mark.placed_at + when.delay, words)


def find_sign_up(profile: Profile, when: Delay, purpose: str, zone: tzinfo, demands: Demands) -> Iterator[Reason]:
    """Yield the first yes to the purpose, if the person consents now. It happens once, so its key has no date."""
    joined = profile.joined.get(purpose)
    if joined and profile.has_consent(purpose) and joined.year in YEARS:
        words = f"{write_delay(when)} after sign-up"
        yield Reason("sign-up", joined + when.delay, words, plain=True)


def find_pre_orders(profile: Profile, when: Delay, purpose: str, zone: tzinfo, demands: Demands) -> Iterator[Reason]:
    """Yield each pre-order."""
    words = f"{write_delay(when)} after a pre-order"
    for key, entry in list_entries(profile, "pre-order"):
        yield Reason(key, entry.at + when.delay, words)


def find_cards(profile: Profile, when: Delay, purpose: str, zone: tzinfo, demands: Demands) -> Iterator[Reason]:
    """Yield each warranty card."""
    words = f"{write_delay(when)} after a warranty was registered"
    for key, entry in list_entries(profile, "warranty"):
        yield Reason(key, entry.at + when.delay, words)


def find_taken(profile: Profile, when: Delay, purpose: str, zone: tzinfo, demands: Demands) -> Iterator[Reason]:
    """Yield each form that staff filled in for the customer, but for those that have a confirmation of their own."""
    words = f"{write_delay(when)} after staff wrote it down"
    for key, entry in list_entries(profile, "taken"):
        yield Reason(key, entry.at + when.delay, words)


def find_endings(profile: Profile, when: Delay, purpose: str, zone: tzinfo, demands: Demands) -> Iterator[Reason]:
    """Yield the end of each warranty whose card has a day of purchase; two cards for one thing are two endings."""
    for key, entry in list_entries(profile, "warranty"):
        bought = entry.day
        if bought is not None and bought.year in YEARS:
            ends = datetime.combine(add_months(bought, when.warranty_months or 0), time(), zone)
            yield Reason(key, ends - when.delay, f"warranty ends on {ends.date()}")


def find_shipped(profile: Profile, when: Delay, purpose: str, zone: tzinfo, demands: Demands) -> Iterator[Reason]:
    """Yield each note that a pre-order was shipped, but for pre-orders that the customer withdrew."""
    for key, entry in list_entries(profile, "pre-order-shipped"):
        if not is_withdrawn(profile, entry.number):
            yield Reason(key, entry.at + when.delay, "a pre-order was shipped")


def find_needs(profile: Profile, when: Delay, purpose: str, zone: tzinfo, demands: Demands) -> Iterator[Reason]:
    """Yield the next need of each product, by its last purchase: a later purchase is another reason."""
    for need in list_needs(profile, demands, when.again_share or 1):
        yield Reason(need.source, need.due, f"needed again after about {count_days(round(need.days))}")


def is_withdrawn(profile: Profile, number: str) -> bool:
    """Return whether the pre-order of that number was withdrawn; without a number, whether all that are known were."""
    keys = [key for key, mark in profile.marks.items() if mark.kind == "pre-order"]
    meant = [key for key in keys if not number or write_number(key) == number]
    return bool(meant) and all(key in profile.withdrawn for key in meant)


def list_entries(profile: Profile, kind: str) -> Iterator[tuple[str, EntryMark]]:
    """Yield the latest entries of a kind, but for those that were withdrawn."""
    marks = profile.marks.items()
    found = ((key, mark) for key, mark in marks if mark.kind == kind and mark.at.year in YEARS)
    return (pair for pair in found if pair[0] not in profile.withdrawn)


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later, or the last of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def name_day(moment: datetime) -> str:
    """Return a day (UTC) as a key."""
    return moment.strftime("%Y-%m-%d")


def write_delay(when: Delay) -> str:
    """Write a delay in words, e.g. `30 days`, `1 hour`."""
    hours = f"{when.hours} {'hour' if when.hours == 1 else 'hours'}" if when.hours else ""
    return " ".join(part for part in (count_days(when.days) if when.days or not hours else "", hours) if part)
