"""The repeat rates of a shop that others published come out of our own fold, counts and figures."""

from collections import Counter, defaultdict
from datetime import UTC, datetime

import pytest

from chalicelib.models import LineItem, Reading
from chalicelib.numbers.activity import list_days
from chalicelib.numbers.cohorts import read_customers
from chalicelib.numbers.lens import Lens
from chalicelib.numbers.needs import read_product
from chalicelib.people.orders import LATEST
from tests.builders.agenda import an_order
from tests.builders.invented import add_up, fold_events, make_submission
from tests.proofs.cdnow import REPEATED, explain_sample, read_sample

WEEK_39 = datetime(1997, 9, 30, 23, tzinfo=UTC)
LENS = Lens(WEEK_39)
PRODUCT = "Compact disc"

pytestmark = pytest.mark.skipif(bool(explain_sample()), reason=explain_sample())


@pytest.fixture(scope="module")
def sample():
    """Return the transactions of each customer until week 39."""
    found = defaultdict(list)
    for customer, day, paid in read_sample():
        if day <= WEEK_39:
            found[customer].append((day, paid))
    return found


@pytest.fixture(scope="module")
def profiles(sample):
    return [fold_events(list(tell_customer(bought)), customer) for customer, bought in sample.items()]


def tell_customer(bought):
    """Yield the events by which a shop system would have told of a customer."""
    for number, (day, paid) in enumerate(bought):
        order = an_order(number, day, total=paid, currency="USD", items=(LineItem(title=PRODUCT),))
        yield f"o{number}", make_submission(day), Reading(kind="order", orders=(order,))


def test_so_many_bought_again_so_often_as_was_published(profiles):
    """A repeat purchase is a further day: a customer's second transaction of one day is none."""
    often = Counter(min(7, len(list_days(profile, LENS.today)) - 1) for profile in profiles)
    assert often == REPEATED


def test_the_share_that_bought_again_is_the_published_one(profiles):
    product = read_product(PRODUCT, add_up(profiles, LENS))
    again = sum(REPEATED.values()) - REPEATED[0]
    assert (product.people, product.again.people) == (2_357, 2_357)
    assert product.again.interval.value == pytest.approx(again / 2_357)
    assert (product.again.interval.low, product.again.interval.high) == pytest.approx((0.3818, 0.4213), abs=0.0001)


def test_each_first_purchase_was_followed_or_still_waits(profiles):
    """Who has more orders than the profile keeps has no first purchase there; everybody else is counted once."""
    tally = add_up(profiles, LENS)
    long = sum(len(profile.latest) >= LATEST for profile in profiles)
    waits, followed = (sum(tally.counts(kind, "first").values()) for kind in ("silent", "gap"))
    assert (waits, followed + long) == (REPEATED[0], 2_357 - REPEATED[0])


def test_the_cohorts_are_those_of_the_list(profiles, sample):
    tally = add_up(profiles, LENS)
    months = [{f"{day:%Y-%m}" for day, _ in bought} for bought in sample.values()]
    by_hand = Counter((min(own), month) for own in months for month in own)

    cohorts = read_customers(tally, LENS).cohorts

    assert [each.first for each in cohorts] == ["1997-01", "1997-02", "1997-03"]
    assert sum(each.people for each in cohorts) == 2_357
    for cohort in cohorts:
        shares = {month: round(figure.interval.value * cohort.people) for month, figure in cohort.back.items()}
        assert shares == {month: by_hand[cohort.first, month] for month in shares}
