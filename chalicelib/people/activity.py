"""Is this person still a customer? By their own rhythm where they have one, else by the shop's rule.

The rhythm is the median gap between the days of the latest purchases (of 20 orders): one holiday or one double order
does not move it. Where
people buy at random but steadily (the model of Ehrenberg, Applied Statistics 8(1), 1959, on which later models of
repeat buying build), a gap is longer than k times the median with probability 2**-k. So of the gaps of a person who
still buys, 35 % pass RISK and 18 % pass LAPSE; for people who buy by habit far fewer do.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from statistics import median

from pydantic import AwareDatetime

from chalicelib.models import Model, Profile

LEAST_PURCHASES = 3  # two gaps: with fewer there is no median to speak of
RISK = 1.5  # times the usual gap
LAPSE = 2.5
LEAST_GAP = 7  # days; three orders in one week are a burst, not a rhythm
YEARS = range(1970, 3000)  # a wrong date from a sender must not overflow a sum


class ActivityStatus(StrEnum):
    ACTIVE = "active"
    AT_RISK = "at_risk"
    INACTIVE = "inactive"
    UNKNOWN = "unknown"


class Activity(Model):
    """A person's status, the reason in words, and since when (for the active, since their last purchase)."""

    status: ActivityStatus
    reason: str
    since: AwareDatetime | None = None
    usual_gap_days: float | None = None


def is_whole(profile: Profile) -> bool:
    """Return whether every purchase of a person is among their latest orders, which all that is known of them is of."""
    return profile.totals.purchases <= len(list_purchases(profile))


def judge_activity(profile: Profile, now: datetime, quiet_days: int = 30) -> Activity:
    """Return a person's status; a person without a rhythm is inactive after `quiet_days` without a purchase."""
    bought = [moment for moment in list_purchases(profile) if moment <= now]
    if not bought:
        return Activity(status=ActivityStatus.UNKNOWN, reason="not enough data: no purchase yet")
    gap = measure_gap(bought)
    if gap is None:
        return judge_quiet(bought[-1], now, quiet_days)
    return judge_rhythm(bought[-1], now, gap)


def judge_quiet(last: datetime, now: datetime, quiet_days: int) -> Activity:
    """Judge by the shop's rule; it knows no `at_risk`."""
    ends = last + timedelta(days=quiet_days)
    words = f"{count_days((now - last).days)} without purchase, by the shop's rule of {quiet_days}"
    if now < ends:
        return Activity(status=ActivityStatus.ACTIVE, reason=words, since=last)
    return Activity(status=ActivityStatus.INACTIVE, reason=words, since=ends)


def judge_rhythm(last: datetime, now: datetime, gap: float) -> Activity:
    """Judge by the person's own usual gap, in days."""
    steps = (
        (ActivityStatus.ACTIVE, last),
        (ActivityStatus.AT_RISK, last + stretch_gap(gap, RISK)),
        (ActivityStatus.INACTIVE, last + stretch_gap(gap, LAPSE)),
    )
    status, since = max((step for step in steps if step[1] <= now), key=lambda step: step[1])
    return Activity(status=status, reason=write_rhythm(gap, (now - last).days), since=since, usual_gap_days=gap)


def list_purchases(profile: Profile) -> list[datetime]:
    """Return when a person made the purchases among their latest orders, oldest first."""
    marks = profile.latest.values()
    return sorted(mark.placed_at for mark in marks if mark.is_purchase and mark.placed_at.year in YEARS)


def list_bought(profile: Profile, now: datetime | None = None) -> dict[str, set[date]]:
    """Return the days (UTC) on which a person bought each product, by `now`, among their latest orders."""
    found: dict[str, set[date]] = {}
    for mark in profile.latest.values():
        known = mark.is_purchase and mark.placed_at.year in YEARS
        if known and (now is None or mark.placed_at <= now):
            for name in mark.items:
                found.setdefault(name, set()).add(mark.placed_at.date())
    return found


def measure_gap(bought: list[datetime]) -> float | None:
    """Return the median of the days between days (UTC) with a purchase, or None where they are too few."""
    days = sorted({moment.toordinal() for moment in bought})
    if len(days) < LEAST_PURCHASES:
        return None
    return float(median(later - earlier for earlier, later in pairwise(days)))


def stretch_gap(gap: float, times: float) -> timedelta:
    """Return so many times a gap of days, or of LEAST_GAP where it is shorter."""
    return timedelta(days=times * max(gap, LEAST_GAP))


def write_rhythm(gap: float, quiet: int) -> str:
    """Return the length of the usual gap and of the present one, in words."""
    counted = f" (counted as {LEAST_GAP})" if gap < LEAST_GAP else ""
    return f"usual gap {count_days(gap)}{counted}, now {quiet}"


def count_days(days: float) -> str:
    """Write a number of days, e.g. `1 day`, `2.5 days`."""
    return f"{days:g} {'day' if days == 1 else 'days'}"
