"""Facts of campaigns and the reports that follow from them. Builders for tests."""

import itertools
from datetime import timedelta

from chalicelib.models import utc_text
from chalicelib.report import Report, build_report
from chalicelib.store.facts import Fact
from tests.builders.campaigns import a_campaign
from tests.builders.shop import NOW

CAMPAIGN = a_campaign(holdout_share=0.1)
DAY = timedelta(days=1)
LATER = NOW + 60 * DAY
ORDERS = itertools.count()


def a_fact(kind, mail_id, at=NOW, order="", **numbers):
    return Fact("welcome", kind, mail_id, utc_text(at), numbers, order)


def a_return(mail_id, revenue="30.00", *, at=NOW + DAY, currency="EUR", by_code="no", order=""):
    order = order or f"order-{next(ORDERS)}"
    return a_fact("returned", mail_id, at, order, revenue=revenue, currency=currency, by_code=by_code)


def a_group(end, people, returned=0, first=0, **order):
    """Return the facts of people who ended alike, the first of whom came back."""
    names = [f"{end}-{number}" for number in range(first, first + people)]
    ends = [a_fact(kind, name) for name in names for kind in ("planned", end)]
    return ends + [a_return(name, **order) for name in names[:returned]]


def report(facts, campaign=CAMPAIGN, now=LATER) -> Report:
    return build_report(campaign, facts, now)
