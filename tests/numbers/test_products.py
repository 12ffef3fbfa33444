"""Products that few people bought are in the sums, and on no page."""

from datetime import timedelta

from chalicelib.models import OrderMark, OrderState, Profile
from chalicelib.numbers.needs import read_products
from chalicelib.numbers.share import list_shares
from chalicelib.numbers.tally import Tally
from chalicelib.people.activity import list_bought
from tests.builders.invented import LENS
from tests.builders.shop import NOW

RING = "Ring for Mira"


def buyer(*items, at=NOW - timedelta(days=9)):
    marks = {"o": OrderMark(placed_at=at, state=OrderState.PAID, items=items)}
    return Profile(customer_id="c", latest=marks)


def add_up(profiles):
    tally = Tally()
    for profile in profiles:
        tally.add_shares(list_shares(profile, LENS))
    return tally


def test_a_product_that_four_people_bought_is_not_named():
    tally = add_up([*[buyer("Tea")] * 5, *[buyer(RING)] * 4])
    assert [each.name for each in read_products(tally)] == ["Tea"]
    assert tally.count("product", RING, "people") == 4


def test_an_order_of_a_wrong_year_makes_no_gap():
    wrong = buyer("Tea", at=NOW.replace(year=4026))
    assert list_bought(wrong) == {}
