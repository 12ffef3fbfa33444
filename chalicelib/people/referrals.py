"""Who was brought by whom: the codes of friends that a person came with. The first one counts, and nobody's own.

A code comes with a form, where it is kept under FORM, or among the discount codes of an order, where it is kept under
the order's name: an order that is corrected to another customer takes its code along.
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
    """Return the profile with the codes after an event; `orders` are those that it touches, as they are after it."""
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
    """Return the codes of both; of one name the earlier."""
    found = dict(first)
    for name, each in second.items():
        found[name] = min(found.get(name, each), each, key=lambda one: (one.at, one.code))
    return keep_earliest(found)


def keep_earliest(found: Mapping[str, Referral]) -> dict[str, Referral]:
    """Return the earliest codes."""
    return dict(sorted(found.items(), key=lambda pair: (pair[1].at, pair[1].code, pair[0]))[:MOST])


def list_codes(profile: Profile) -> list[str]:
    """Return a person's own codes, the first of which is given out: after a join those of both records count."""
    return [make_code(each) for each in (profile.customer_id, *profile.former)]


def write_link(public_url: str, form: str, code: str) -> str:
    """Return the address that a customer passes on: it holds the code alone, which says nothing of them."""
    return f"{public_url.rstrip('/')}/forms/{form}?{QUERY}={code}"


def find_friend(profile: Profile, now: datetime) -> Referral | None:
    """Return the code of the friend who brought a person, None for none.

    The first code counts. It is nobody's where it is the person's own, or came after their first purchase.
    """
    told = [each for each in profile.referrals.values() if each.at <= now]
    first = min(told, key=lambda each: (each.at, each.code), default=None)
    if first is None or first.code in list_codes(profile) or has_bought(profile, first.at):
        return None
    return first


def has_bought(profile: Profile, before: datetime) -> bool:
    """Return whether a purchase was placed earlier, or in an earlier month where the latest orders do not tell."""
    month = name_month(before)
    earlier = any(each < month and count > 0 for each, count in profile.totals.months.items())
    return earlier or any(each < before for each in list_purchases(profile))


def is_settled(profile: Profile, refund_days: int, now: datetime) -> bool:
    """Return whether a purchase that stands is older than the days in which the shop takes goods back.

    A purchase that was refunded or cancelled is none. Of one that is no longer among the latest orders its month tells.
    """
    until = now - timedelta(days=refund_days)
    if any(each <= until for each in list_purchases(profile)):
        return True
    return any(count > 0 and month < name_month(until) for month, count in profile.totals.months.items())
