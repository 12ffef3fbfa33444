"""What a customer probably needs next, and what goes with it: on their page, from the sums over everybody."""

import re
from datetime import timedelta

import pytest

from chalicelib.numbers import learned
from tests.builders.crowd import write_profiles
from tests.builders.entries import an_entry, take_entry
from tests.builders.latin import find_latin
from tests.builders.lists import restrict
from tests.builders.own import open_own
from tests.builders.regulars import DAY, buy, count_night, list_regulars
from tests.builders.shop import NOW, a_submission

ASHA = "asha@example.com"
NEED = re.compile(
    r"\u2068(\w+)\u2069: probably needed again in (\d+) days \((\d+) to (\d+)\)|"
    r"\u2068(\w+)\u2069: probably needed by now; last bought (\d+) days ago"
)
BESIDE = re.compile(r"\u2068(\w+)\u2069 goes with \u2068(\w+)\u2069")
TODAY = NOW + DAY


@pytest.fixture
def ben(desk, taking):
    """Return a member of staff of a shop in which many buy tea each month, and a teapot with it."""
    learned.open_shelf.cache_clear()
    desk.millis = int(TODAY.timestamp() * 1000)
    others = list_regulars(40, items=("Cup",), once=())
    others = [each.model_copy(update={"customer_id": f"c{number:04}"}) for number, each in enumerate(others)]
    write_profiles(desk.shop.services(), [*list_regulars(20), *others])
    count_night(desk.shop.services(), TODAY)
    desk.shop.take(a_submission(email=ASHA, name="Asha Rao", at=NOW - 300 * DAY))
    return desk.hire("staff", "Ben Okafor")


def open_next(desk, ben):
    """Return the part of a customer's page about what comes next, "" where there is none."""
    page = ben.post(f"/people/{desk.shop.find_id(ASHA)}", why="counter").body.decode()
    return page.partition('aria-labelledby="next"')[2].partition("</section>")[0]


def test_the_next_need_has_its_bounds_and_what_goes_with_a_purchase_its_reason(desk, ben):
    buy(desk.shop, ASHA, TODAY - 20 * DAY, 1)
    told = open_next(desk, ben)
    (found,) = NEED.findall(told)
    product, days, low, high = found[:4]
    assert product == "Tea"
    assert 9 <= int(days) <= 11  # everybody's gap is a month, and hers is not known
    assert int(low) < int(days) < int(high)
    assert BESIDE.findall(told) == [("Teapot", "Tea")]


def test_her_own_gaps_draw_the_estimate(desk, ben):
    for number, days in enumerate((1, 13, 25, 37, 49, 61, 73)):
        buy(desk.shop, ASHA, TODAY - days * DAY, number)
    assert 10 <= int(NEED.findall(open_next(desk, ben))[0][1]) <= 20  # between her 12 days and everybody's 30


@pytest.mark.parametrize(("days", "told"), [(33, ["33"]), (200, [])])
def test_what_is_late_is_said_until_nine_of_ten_have_bought_it_again(desk, ben, days, told):
    buy(desk.shop, ASHA, TODAY - days * DAY, 1)
    assert [each[5] for each in NEED.findall(open_next(desk, ben))] == told


def test_what_she_has_is_never_suggested(desk, ben):
    buy(desk.shop, ASHA, TODAY - 20 * DAY, 1)
    buy(desk.shop, ASHA, TODAY - 200 * DAY, 2, "Teapot")
    assert BESIDE.findall(open_next(desk, ben)) == []


def test_nor_what_she_has_a_warranty_for_however_it_was_typed(desk, ben):
    buy(desk.shop, ASHA, TODAY - 20 * DAY, 1)
    take_entry(desk.shop, an_entry("warranty", ASHA, at=NOW - DAY, product="teaPOT  ", purchased_on="2026-02-01"))
    entries = open_next(desk, ben)
    assert NEED.findall(entries)
    assert BESIDE.findall(entries) == []


def test_nothing_is_suggested_where_older_orders_are_not_known(desk, ben):
    for number in range(21):
        buy(desk.shop, ASHA, TODAY - (20 + number) * DAY, number)
    assert BESIDE.findall(open_next(desk, ben)) == []


def test_a_sensitive_product_is_named_in_neither_list(desk, ben, tmp_path, monkeypatch):
    buy(desk.shop, ASHA, TODAY - 20 * DAY, 1)
    for hidden in ("Tea", "Teapot"):
        with open_own(tmp_path / hidden, monkeypatch):
            (tmp_path / hidden).mkdir(exist_ok=True)
            text = f'[[products]]\nname = "{hidden}"\nsensitive = true\n'
            (tmp_path / hidden / "products.toml").write_text(text)
            learned.open_shelf.cache_clear()
            told = open_next(desk, ben)
            assert BESIDE.findall(told) == []
            assert bool(NEED.findall(told)) is (hidden == "Teapot")


def test_a_mistake_in_the_file_of_products_hides_all_and_the_page_is_shown(desk, ben, tmp_path, monkeypatch):
    buy(desk.shop, ASHA, TODAY - 20 * DAY, 1)
    with open_own(tmp_path / "own", monkeypatch):
        (tmp_path / "own").mkdir(exist_ok=True)
        (tmp_path / "own" / "products.toml").write_text('[[products]]\nname = "Tea"\n')
        learned.open_shelf.cache_clear()
        assert open_next(desk, ben) == ""


def test_nothing_is_said_of_who_restricted_their_data(desk, ben):
    buy(desk.shop, ASHA, TODAY - 20 * DAY, 1)
    assert open_next(desk, ben)
    restrict(desk.shop, desk.shop.find_id(ASHA))
    assert open_next(desk, ben) == ""


def test_nothing_is_said_of_a_child(desk, ben):
    buy(desk.shop, ASHA, TODAY - 20 * DAY, 1)
    assert open_next(desk, ben)
    desk.shop.take(a_submission(email=ASHA, age_band="under-16", at=TODAY))
    assert open_next(desk, ben) == ""


def test_before_the_first_count_nothing_is_said(desk, taking):
    desk.shop.take(a_submission(email=ASHA))
    buy(desk.shop, ASHA, NOW - 20 * DAY, 1)
    desk.millis = int((NOW + timedelta(hours=1)).timestamp() * 1000)
    assert open_next(desk, desk.hire("staff", "Ben Okafor")) == ""


@pytest.mark.parametrize("language", ["bn", "fa", "hi", "kk"])
def test_in_the_language_of_the_page(desk, ben, language):
    buy(desk.shop, ASHA, TODAY - 20 * DAY, 1)
    ben.post("/account/language", language=language)
    told = open_next(desk, ben)
    assert told.count("<li>") == 2
    assert set(find_latin(f"<main {told}</main>", language)) <= {"Tea", "Teapot"}
