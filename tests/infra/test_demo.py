"""The invented shop of `make demo`: the same for the same seed, invented throughout, told in the product's own ways."""

import json
import re
import unicodedata
from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest

from chalicelib.numbers.counting import read_counted
from chalicelib.senders import read_submission
from infra.demo import command
from infra.demo.catalogue import BESIDE, BY_SKU, FAVOURITES
from infra.demo.purchases import buy_goods
from infra.demo.settle import Plan, is_begun, live_out
from tests.builders.folding import fold_history
from tests.builders.shop import NOW

PLAN = Plan(1, 60, NOW)
ADDRESS = re.compile(r"[a-z.]+\d*@example\.(org|com|net)")
PHONE = re.compile(r"\+1\d{3}55501\d{2}")
OF_NOBODY = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
SCRIPTS = {"LATIN", "CYRILLIC", "DEVANAGARI", "BENGALI", "ARABIC", "GREEK"}


def list_lives(plan=PLAN):
    return list(plan.list_lives(range(plan.people)))


def test_the_same_seed_gives_the_same_shop():
    assert list_lives() == list_lives()


def test_another_seed_gives_other_people():
    assert list_lives(Plan(2, 60, NOW)) != list_lives()


def test_more_people_change_nobody_who_was_there():
    assert list_lives(Plan(1, 80, NOW))[:60] == list_lives()


def test_every_address_number_and_network_is_of_nobody():
    lives = list_lives(Plan(1, 300, NOW))
    assert all(ADDRESS.fullmatch(life.person.email) for life in lives)
    assert all(PHONE.fullmatch(life.person.phone) for life in lives if life.person.phone)
    told = [each for life in lives for each in life.told]
    assert {each.network for each in told} <= {"", *OF_NOBODY}
    found = {word for each in told for word in re.findall(r"[\w.+-]+@[\w.-]+", each.body.decode())}
    assert found
    assert all(ADDRESS.fullmatch(word) for word in found)


def test_nobody_shares_an_address_or_a_number():
    people = [life.person for life in list_lives(Plan(1, 2_000, NOW))]
    assert len({person.email for person in people}) == 2_000
    phones = [person.phone for person in people if person.phone]
    assert len(set(phones)) == len(phones) > 500


def test_names_are_written_in_six_scripts():
    letters = {letter for life in list_lives() for letter in life.person.name if letter.isalpha()}
    assert {unicodedata.name(letter).split()[0] for letter in letters} == SCRIPTS


def test_everything_that_is_told_can_be_read_and_lies_in_the_year():
    told = [each for life in list_lives(Plan(1, 200, NOW)) for each in life.told]
    kinds = Counter(str(read_submission(each).kind) for each in told)
    assert {"order", "refund", "customer", "sign-up", "survey", "warranty", "pre-order", "consent"} <= set(kinds)
    assert kinds["order"] > 2 * kinds["survey"] > 0
    assert all(NOW - timedelta(days=370) < each.received_at <= NOW for each in told)


def test_goods_are_bought_again_after_about_as_long_as_they_last():
    gaps = {sku: [] for sku in FAVOURITES}
    for life in list_lives(Plan(1, 600, NOW)):
        last = {}
        for order in buy_goods(1, life.person, NOW):
            for sku, _ in order.lines:
                if sku in gaps and sku in last:
                    gaps[sku].append((order.at - last[sku]).days)
                last[sku] = order.at
    for sku, found in gaps.items():
        assert 0.6 * BY_SKU[sku].lasts < sum(found) / len(found) < 1.7 * BY_SKU[sku].lasts


def test_what_stands_beside_a_good_is_in_the_catalogue():
    assert {sku for beside in BESIDE.values() for sku in beside} | set(FAVOURITES) <= set(BY_SKU)


def live_some(shop, numbers):
    """Let some lives of the plan happen; return them with what happened."""
    lives, services = list(PLAN.list_lives(numbers)), shop.services()
    return lives, sum((live_out(life, services, shop.accept) for life in lives), Counter())


def test_each_record_is_what_its_submissions_fold_to_and_a_second_run_changes_nothing(shop):
    lives, counts = live_some(shop, range(11, 16))
    assert set(counts) == {"people", "settled", "notes", "forgotten"}
    gone = [life for life in lives if life.forgotten_at is not None]
    assert len(gone) == counts["forgotten"] == len(lives) - len(shop.list_customers()) == 1
    for life in lives:
        if life not in gone:
            check_record(shop, life)

    before = {one: shop.open_profile(one) for one in shop.list_customers()}
    _, again = live_some(shop, range(11, 16))
    assert again["notes"] == again["forgotten"] == 0
    assert {one: shop.open_profile(one) for one in shop.list_customers()} == before


def check_record(shop, life):
    """Compare a record with the plain facts, and with a fold of its own history."""
    bought = [order for order in buy_goods(1, life.person, NOW) if not order.cancelled]
    profile = shop.read_profile(life.person.email)
    assert profile.totals.purchases == len(bought)
    paid = sum((order.total for order in bought), Decimal(0))
    back = sum((BY_SKU[order.back].price for order in bought if order.back), Decimal(0))
    assert profile.totals.spent.get("EUR", Decimal(0)) == paid - back
    history = [(e.key, e.submission, read_submission(e.submission)) for e in shop.read_history(profile.customer_id)]
    assert fold_history(profile.customer_id, history).totals == profile.totals


def test_a_run_counts_the_numbers_and_the_next_goes_on_with_the_shop_that_is_there(shop, tmp_path):
    live_some(shop, range(2))
    assert command.count_numbers(shop.services(), NOW + timedelta(minutes=1)) == 2
    assert read_counted(shop.services()).read_numbers().customers.months

    note, later = tmp_path / "demo.json", NOW + timedelta(days=3)
    note.write_text(json.dumps({"seed": 1, "end": NOW.isoformat()}))
    assert is_begun(1, later, shop.services())
    assert command.make_plan(1, 99, later, shop.services(), note) == Plan(1, 99, NOW)
    with pytest.raises(SystemExit):
        command.make_plan(2, 99, later, shop.services(), note)
    note.unlink()
    with pytest.raises(SystemExit):
        command.make_plan(1, 99, later, shop.services(), note)


def test_an_empty_stack_gets_a_new_shop_whatever_the_note_says(shop, tmp_path):
    note = tmp_path / "demo.json"
    note.write_text(json.dumps({"seed": 9, "end": "2020-01-01T00:00:00+00:00"}))
    assert command.make_plan(1, 5, NOW, shop.services(), note) == Plan(1, 5, NOW)
    assert json.loads(note.read_text()) == {"seed": 1, "end": NOW.isoformat()}


@pytest.mark.parametrize("people", [0, -1, 5_001])
def test_a_number_of_people_that_is_none_is_refused(people):
    assert "PEOPLE" in command.check_asked(people)
