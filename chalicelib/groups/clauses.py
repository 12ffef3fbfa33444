"""Whether one condition holds for one profile. Pure: the profile, what the condition asks for, and the moment."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from chalicelib.groups.rule import ActivityName, Bought, Member, Score
from chalicelib.models import JsonValue, MailState, Profile
from chalicelib.people.activity import YEARS, ActivityStatus, judge_activity, list_purchases, measure_gap
from chalicelib.people.answers import list_answers
from chalicelib.shop.ages import is_band, read_least, read_most
from chalicelib.shop.products import fold_product, read_products

FOUND_US = "found_us"  # the question how somebody found the shop, as in the form `survey` that ships
STANDINGS = {
    ActivityStatus.ACTIVE: ActivityName.ACTIVE,
    ActivityStatus.AT_RISK: ActivityName.AT_RISK,
    ActivityStatus.INACTIVE: ActivityName.INACTIVE,
    ActivityStatus.UNKNOWN: ActivityName.NO_PURCHASE,
}


@dataclass(frozen=True)
class Gauge:
    """What judging needs beside a profile: the moment, and the shop's rule of silence in days."""

    now: datetime
    quiet_days: int = 30


def count_bought(profile: Profile, wanted: Bought, gauge: Gauge) -> int:
    """Return how many purchases among the latest orders are those that a condition asks for."""
    since = gauge.now - timedelta(days=wanted.within_days) if wanted.within_days else None
    marks = (mark for mark in profile.latest.values() if mark.is_purchase and mark.placed_at.year in YEARS)
    told = (mark for mark in marks if mark.placed_at <= gauge.now and (since is None or mark.placed_at > since))
    return sum(has_product(mark.items, wanted) for mark in told)


def has_product(items: tuple[str, ...], wanted: Bought) -> bool:
    """Return whether an order has the product, or one of the category; every order has, where neither is named."""
    if wanted.product:
        return fold_product(wanted.product) in {fold_product(item) for item in items}
    if wanted.category:
        products = read_products()
        return any(products.find_category(item) == wanted.category for item in items)
    return True


def find_silence(profile: Profile, gauge: Gauge) -> int | None:
    """Return how many whole days ago the last purchase was, None without one."""
    bought = [moment for moment in list_purchases(profile) if moment <= gauge.now]
    return (gauge.now - bought[-1]).days if bought else None


def find_gap(profile: Profile, gauge: Gauge) -> float | None:
    """Return the usual gap between purchases in days, None with too few."""
    return measure_gap([moment for moment in list_purchases(profile) if moment <= gauge.now])


def find_source(profile: Profile, gauge: Gauge) -> str:
    """Return how a person found the shop, as they said first, or ""."""
    told = [each.values.get(FOUND_US) for each in list_answers(profile) if each.at <= gauge.now]
    return next((each for each in (*told, profile.text(FOUND_US)) if isinstance(each, str) and each), "")


def list_heard(profile: Profile) -> Iterator[str]:
    """Yield the senders that told of a person: a field, an order, an account of theirs."""
    sources = [held.source for held in profile.fields.values()]
    sources += [*profile.latest, *(name.value for name in profile.identities if name.kind == "id")]
    yield from (source.partition(":")[0] for source in sources)


def find_score(profile: Profile, wanted: Score, gauge: Gauge) -> int | None:
    """Return a person's latest answer to a question, None where they gave none in time."""
    since = gauge.now - timedelta(days=wanted.within_days) if wanted.within_days else None
    told = (each for each in list_answers(profile) if each.at <= gauge.now and (since is None or each.at > since))
    scores = [value for each in told if isinstance(value := each.values.get(wanted.question), int)]
    return scores[-1] if scores else None


def find_age(profile: Profile, today: date) -> tuple[int, int | None] | None:
    """Return the youngest and the oldest that a person can be by what they said last; None where they said nothing.

    The oldest is None where a band has no end.
    """
    if not profile.ages:
        return None
    age = profile.ages[-1].age
    return (read_least(age), read_most(age)) if is_band(age) else (today.year - int(age) - 1, today.year - int(age))


def count_mails(profile: Profile) -> int:
    """Return how many mails went out to a person, among the latest."""
    return sum(note.state is MailState.SENT for note in profile.mails.values())


def count_member(profile: Profile, wanted: Member, gauge: Gauge) -> int | None:
    """Return for how many whole days somebody has been a member since their first yes; None for no member."""
    since = profile.joined.get(wanted.purpose)
    if since is None or since > gauge.now or not profile.has_consent(wanted.purpose):
        return None
    return (gauge.now - since).days


def read_language(profile: Profile) -> str:
    """Return the primary subtag of a person's language, or ""."""
    return profile.text("language").lower().replace("_", "-").split("-")[0]


def has_answer(profile: Profile, wanted: tuple[str, tuple[str, ...], str], gauge: Gauge) -> bool:
    """Return whether an answer is one of those wanted; a sensitive one counts only under its purpose, with consent."""
    name, values, purpose = wanted
    held = profile.fields.get(name)
    if held is None or held.purpose != purpose or (purpose and not profile.has_consent(purpose)):
        return False
    given: list[JsonValue] = held.value if isinstance(held.value, list) else [held.value]
    return not values or not {str(value) for value in given}.isdisjoint(values)


def is_from(known: float | None, least: int) -> bool:
    return known is not None and known >= least


def is_up_to(known: float | None, most: int) -> bool:
    return known is not None and known <= most


def is_older(profile: Profile, least: int, gauge: Gauge) -> bool:
    """Return whether a person is surely of that age or older."""
    age = find_age(profile, gauge.now.date())
    return age is not None and age[0] >= least


def is_younger(profile: Profile, most: int, gauge: Gauge) -> bool:
    """Return whether a person is surely of that age or younger."""
    age = find_age(profile, gauge.now.date())
    return age is not None and age[1] is not None and age[1] <= most


def has_clicked(profile: Profile, days: int, gauge: Gauge) -> bool:
    return profile.clicked is not None and gauge.now - timedelta(days=days) < profile.clicked <= gauge.now


Judge = Callable[[Profile, Any, Gauge], bool]
JUDGES: Mapping[str, Judge] = {
    "purchases_at_least": lambda profile, least, gauge: profile.totals.purchases >= least,
    "purchases_at_most": lambda profile, most, gauge: profile.totals.purchases <= most,
    "spent_at_least": lambda profile, sum_, gauge: profile.totals.spent.get(sum_[0], Decimal(0)) >= sum_[1],
    "bought_at_least": lambda profile, wanted, gauge: count_bought(profile, wanted, gauge) >= wanted.least,
    "bought_at_most": lambda profile, wanted, gauge: count_bought(profile, wanted, gauge) <= wanted.at_most,
    "standing": lambda profile, wanted, gauge: (
        STANDINGS[judge_activity(profile, gauge.now, gauge.quiet_days).status] in wanted
    ),
    "usual_gap_at_least": lambda profile, least, gauge: is_from(find_gap(profile, gauge), least),
    "usual_gap_at_most": lambda profile, most, gauge: is_up_to(find_gap(profile, gauge), most),
    "silent_at_least": lambda profile, least, gauge: is_from(find_silence(profile, gauge), least),
    "silent_at_most": lambda profile, most, gauge: is_up_to(find_silence(profile, gauge), most),
    "found_us": lambda profile, wanted, gauge: find_source(profile, gauge) in wanted,
    "senders": lambda profile, wanted, gauge: not set(wanted).isdisjoint(list_heard(profile)),
    "score_at_least": lambda profile, score, gauge: is_from(find_score(profile, score, gauge), score.at_least),
    "score_at_most": lambda profile, score, gauge: is_up_to(find_score(profile, score, gauge), score.at_most),
    "languages": lambda profile, wanted, gauge: read_language(profile) in wanted,
    "age_bands": lambda profile, wanted, gauge: profile.text("age_band") in wanted,
    "age_at_least": is_older,
    "age_at_most": is_younger,
    "has_entry": lambda profile, wanted, gauge: set(profile.totals.entries).issuperset(wanted),
    "lacks_entry": lambda profile, wanted, gauge: set(profile.totals.entries).isdisjoint(wanted),
    "consents": lambda profile, wanted, gauge: all(profile.has_consent(purpose) for purpose in wanted),
    "member": lambda profile, wanted, gauge: profile.has_consent(wanted.purpose),
    "member_at_least": lambda profile, wanted, gauge: is_from(
        count_member(profile, wanted, gauge), wanted.at_least_days
    ),
    "member_at_most": lambda profile, wanted, gauge: is_up_to(
        count_member(profile, wanted, gauge), wanted.at_most_days
    ),
    "not_member": lambda profile, wanted, gauge: not any(profile.has_consent(purpose) for purpose in wanted),
    "mails_at_least": lambda profile, least, gauge: count_mails(profile) >= least,
    "clicked_within_days": has_clicked,
    "never_clicked": lambda profile, wanted, gauge: profile.clicked is None,
    "fields": has_answer,
}
