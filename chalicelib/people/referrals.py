"""Which friend brought a customer: the customer's record keeps each code of a friend that they sent.

A form sends a code, which is kept under FORM. An order sends one among its discount codes, which is kept under the
order's name, so an order that moves to another customer takes its code along. The earliest code decides
(`find_friend`).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from chalicelib.models import Order, OrderRecord, OrderState, Profile, Reading, Referral, Submission
from chalicelib.models.friend_codes import QUERY, make_code, read_code
from chalicelib.models.months import name_month
from chalicelib.people.activity import list_purchases
from chalicelib.shop.referrals import takes_codes

FORM = "form"
MOST = 5  # codes of one person that are remembered, the earliest


def note_referrals(
    profile: Profile, submission: Submission, reading: Reading, orders: Mapping[str, OrderRecord]
) -> Profile:
    """Return the profile with the codes after an event; `orders` are those that the event changed, as they are now."""
    if not takes_codes():
        return profile
    found = {name: each for name, each in profile.referrals.items() if name not in orders}
    if reading.friend:
        found = merge_referrals(found, {FORM: Referral(code=reading.friend, at=submission.occurred_at)})
    for name, record in orders.items():
        if record.order is not None and (code := find_order_code(record.order)):
            found[name] = Referral(code=code, at=record.order.placed_at)
    return profile.model_copy(update={"referrals": keep_earliest(found)})


def find_order_code(order: Order) -> str:
    """Return the code of a friend among an order's discount codes, or ""."""
    if order.test or order.state is OrderState.MOVED:
        return ""
    return next((code for each in order.codes if (code := read_code(each))), "")


def merge_referrals(first: Mapping[str, Referral], second: Mapping[str, Referral]) -> dict[str, Referral]:
    """Return the codes of both; where both have one under the same name, the earlier of the two."""
    found = dict(first)
    for name, each in second.items():
        found[name] = min(found.get(name, each), each, key=lambda one: (one.at, one.code))
    return keep_earliest(found)


def keep_earliest(found: Mapping[str, Referral]) -> dict[str, Referral]:
    """Return the earliest codes, at most MOST."""
    return dict(sorted(found.items(), key=lambda pair: (pair[1].at, pair[1].code, pair[0]))[:MOST])


def list_codes(profile: Profile) -> list[str]:
    """Return the codes that a customer can give to friends; pages and mails show the first.

    A joined record also has the codes of the two records of which it was made.
    """
    return [make_code(each) for each in (profile.customer_id, *profile.former)]


def write_link(public_url: str, form: str, code: str) -> str:
    """Return the address that a customer gives to friends; the code in it says nothing of the customer."""
    return f"{public_url.rstrip('/')}/forms/{form}?{QUERY}={code}"


def find_friend(profile: Profile, now: datetime) -> Referral | None:
    """Return the code of the friend who brought a customer, None where no friend did.

    The customer's earliest code alone is looked at. No friend brought the customer where that code is the customer's
    own, or where the customer had bought before the code came.
    """
    told = [each for each in profile.referrals.values() if each.at <= now]
    first = min(told, key=lambda each: (each.at, each.code), default=None)
    if first is None or first.code in list_codes(profile) or has_bought(profile, first.at):
        return None
    return first


def has_bought(profile: Profile, before: datetime) -> bool:
    """Return whether a customer bought before a moment.

    Of a purchase that is no longer among the latest orders only its month is known: an earlier month counts.
    """
    month = name_month(before)
    earlier = any(each < month and count > 0 for each, count in profile.totals.months.items())
    return earlier or any(each < before for each in list_purchases(profile))


def is_settled(profile: Profile, refund_days: int, now: datetime) -> bool:
    """Return whether a customer has a purchase that is older than the days in which the shop takes goods back.

    An order that was refunded or cancelled is no purchase. Of a purchase that is no longer among the latest orders only
    its month is known.
    """
    until = now - timedelta(days=refund_days)
    if any(each <= until for each in list_purchases(profile)):
        return True
    return any(count > 0 and month < name_month(until) for month, count in profile.totals.months.items())
