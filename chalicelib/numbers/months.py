"""Customers over time: who bought first in which month, who came back in which, and what they spent.

month/<month>/orders, /buyers, /new      purchases, people who bought, and who bought for the first time
month/<month>/earned/<currency>          revenue less refunds, by the month of the order
cohort/<first>/<month>                   people whose first purchase was in `first` and who bought in `month`
class/<name>                             people by how often and how lately they bought
class-spent/<name>/<currency>            what they spent in all
"""

from collections.abc import Iterator

from chalicelib.models import Profile
from chalicelib.models.months import name_month
from chalicelib.numbers.lens import Lens
from chalicelib.numbers.tally import Share, make_key
from chalicelib.people.activity import ActivityStatus, judge_activity

REGULAR = 4  # purchases


def count_months(profile: Profile, lens: Lens) -> Iterator[Share]:
    """Yield what a person's months add; a month after the moment of counting is left out."""
    last = name_month(lens.now)
    months = {month: n for month, n in profile.totals.months.items() if n > 0 and month <= last}
    if not months:
        return
    first = min(months)
    yield make_key("month", first, "new"), 1
    for month, orders in months.items():
        yield make_key("month", month, "orders"), orders
        yield make_key("month", month, "buyers"), 1
        yield make_key("cohort", first, month), 1
    for name, amount in profile.totals.earned.items():
        month, _, currency = name.partition(" ")
        if month <= last:
            yield make_key("month", month, "earned", currency), amount
    yield from count_class(profile, lens)


def count_class(profile: Profile, lens: Lens) -> Iterator[Share]:
    """Yield what a person adds to their class."""
    name = name_class(profile.totals.purchases, judge_activity(profile, lens.now, lens.quiet_days).status)
    yield make_key("class", name), 1
    for currency, amount in profile.totals.spent.items():
        yield make_key("class-spent", name, currency), amount


def name_class(purchases: int, status: ActivityStatus) -> str:
    """Return a buyer's class: the number of purchases gives its first part, the status its second.

    These are recency and frequency in words (R. C. Blattberg, B.-D. Kim, S. A. Neslin, Database Marketing, 2008, ch.
    12); what each class spent stands beside it.
    """
    often = "regular" if purchases >= REGULAR else "few" if purchases > 1 else "one"
    here = {ActivityStatus.ACTIVE: "here", ActivityStatus.AT_RISK: "slipping"}.get(status, "away")
    return f"{often}-{here}"
