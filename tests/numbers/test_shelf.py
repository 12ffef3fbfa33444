"""What mails may name of the shop's products: by pairs, by category, bestsellers; nothing sensitive, nothing rare."""

from decimal import Decimal

import pytest

from chalicelib.numbers.needs import list_popular
from chalicelib.numbers.share import list_shares
from chalicelib.numbers.shelf import make_shelf
from chalicelib.numbers.tally import Tally
from chalicelib.shop.products import ProductRule, Products
from tests.builders.invented import LENS, Bought, Invented, fold_events
from tests.builders.regulars import DAY
from tests.builders.shop import NOW


def count_baskets(*baskets):
    """Return the sums over people who each bought a basket of things."""
    tally = Tally()
    for number, (count, items) in enumerate(baskets):
        for person in range(count):
            bought = Bought(NOW - (person + 2) * DAY, items, Decimal(9), Decimal(0), True)
            profile = fold_events(Invented([bought]).list_events(), f"b{number}-{person}")
            tally.add_shares(list_shares(profile, LENS))
    return tally


TALLY = count_baskets(
    (30, ("Colombia",)),
    (12, ("Grinder", "Brush")),
    (9, ("House blend",)),
    (20, ("Cup",)),
    (4, ("Ring for Mira",)),
)
COFFEE = ProductRule(name="Colombia", category="coffee"), ProductRule(name="House blend", category="coffee")


@pytest.mark.parametrize(
    ("bought", "found"),
    [
        (["Grinder"], ("Brush", "Colombia", "Cup")),  # the pair, then bestsellers
        (["Colombia"], ("House blend", "Cup", "Brush")),  # the category, then bestsellers
        (["Colombia", "Grinder"], ("Brush", "House blend", "Cup")),
        (["Colombia", "Grinder", "Brush", "Cup", "House blend"], ()),
        (["Something else"], ("Colombia", "Cup", "Brush")),
    ],
)
def test_pairs_come_before_the_category_and_bestsellers(bought, found):
    shelf = make_shelf(TALLY, Products(products=COFFEE))
    assert shelf.suggest_products(bought, 3) == found


def test_what_few_people_bought_is_never_suggested():
    assert "Ring for Mira" in list_popular(TALLY)
    shelf = make_shelf(TALLY, Products())
    assert "Ring for Mira" not in shelf.suggest_products(["Cup"], 99)


@pytest.mark.parametrize("bought", [["Grinder"], ["Colombia"], ["Cup"], []])
def test_a_sensitive_product_is_in_no_list(bought):
    rules = (*COFFEE, ProductRule(starts="bru", sensitive=True))
    shelf = make_shelf(TALLY, Products(sensitive=("coffee",), products=rules))
    assert set(shelf.suggest_products(bought, 99)) <= {"Grinder", "Cup"}
    assert {"Brush", "Colombia", "House blend"}.isdisjoint({*shelf.demands, *sum(shelf.pairs, ()), *shelf.categories})


@pytest.mark.parametrize("name", ["Tea\u202e", "Tea\u2066", " "])
def test_a_name_that_fits_no_line_is_never_suggested(name):
    shelf = make_shelf(count_baskets((9, (name,)), (9, ("Cup",))), Products())
    assert shelf.suggest_products([], 9) == ("Cup",)
