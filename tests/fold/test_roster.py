"""The list of names: who is found in it, how it is made, and that an erasure destroys it."""

from datetime import timedelta

import pytest

from chalicelib.erasure.replay import replay_entries
from chalicelib.errors import SealBrokenError
from chalicelib.fold import walk
from chalicelib.fold.roster import RosterMaker
from chalicelib.fold.run import fold_people, is_due
from chalicelib.fold.walk import walk_people
from chalicelib.people.roster import fold_words
from chalicelib.store.roster_rows import ROSTER
from chalicelib.vault.person import PersonSeal
from tests.builders.crowd import all_met, make_crowd
from tests.builders.erasures import finish, forget
from tests.builders.retention import ASHA, DAY, join
from tests.builders.shop import NOW

TOMORROW = NOW + DAY
NAMES = {
    "zoe@example.org": "Zoë Müller-Straße",
    "sean@example.org": "Seán O’Brien",
    "ulpan@example.org": "Ұлпан Қайратқызы",
    "reza@example.org": "علی‌رضا محمدی",
    "asha@example.org": "आशा राव",
    "rahul@example.org": "রাহুল চৌধুরী",
    "haim@example.org": "חיים כהן",
    "ashley@example.org": "Ashley Moore",
    "asha.moore@example.org": "Asha Moore",
}


def make_list(shop, now=TOMORROW):
    walk_people(services := shop.services(), [RosterMaker(services)], now, float("inf"))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("muller", "zoe@example.org"),
        ("ZOË strasse", "zoe@example.org"),
        ("obrien", "sean@example.org"),
        ("o'brien sean", "sean@example.org"),
        ("қайрат", "ulpan@example.org"),
        ("кайрат", "ulpan@example.org"),
        ("عليرضا", "reza@example.org"),
        ("مُحمّد", "reza@example.org"),
        ("राव", "asha@example.org"),
        ("রাহুল", "rahul@example.org"),
        ("כֹּהֵן", "haim@example.org"),
    ],
)
def test_any_word_finds_whatever_its_case_accents_and_script(shop, typed, found):
    for email, name in NAMES.items():
        join(shop, email, name=name)
    make_list(shop)
    assert shop.services().roster.find_ids(typed) == [shop.find_id(found)]


def test_every_typed_word_must_begin_a_word_and_whole_words_come_first(shop):
    ids = {name: join(shop, email, name=name) for email, name in NAMES.items()}
    make_list(shop)
    find = shop.services().roster.find_ids
    assert sorted(find("ash moo")) == sorted([ids["Asha Moore"], ids["Ashley Moore"]])
    assert find("asha")[0] == ids["Asha Moore"]
    assert find("oore") == find("moore nobody") == find("") == find("#") == find("\n") == []
    assert find(ids["Asha Moore"][:4]) == []  # an id is no word


def test_the_last_four_digits_find_every_number_of_a_record_alone_or_with_a_name(shop):
    asha = join(shop, name="Asha Rao", phone="+1 (202) 555-0123")
    ben = join(shop, "ben@example.org", name="Ben Okafor", phone="202-555-0123")
    make_list(shop)
    find = shop.services().roster.find_ids
    assert sorted(find("0123")) == sorted([asha, ben])
    assert find("ben 0123") == find("۰۱۲۳ ben") == [ben]
    assert find("123") == find("50123") == find("9999") == []


def test_words_are_folded_alike_however_they_are_typed():
    assert fold_words("Jean-Luc  D.J. O'NEIL") == ("jean", "luc", "dj", "oneil")
    assert fold_words("किरण") != fold_words("करण")  # a vowel sign is a letter
    assert len(fold_words("a " * 50)) == 12


def test_the_list_is_made_in_parts_and_by_a_walk_that_was_cut(shop, monkeypatch):
    monkeypatch.setattr(walk, "BATCH", 10)
    monkeypatch.setattr(walk, "SAVE_EVERY", 1)
    ids = make_crowd(shop.services(), 35, alone=False, name=lambda number: f"Name{number:02} Common")
    going = walk.Walk(services := shop.services(), [RosterMaker(services)], TOMORROW)
    for _ in range(2):
        going.take_batch()
        going.save()
    assert shop.services().roster.find_ids("common") is None
    make_list(shop)
    services = shop.services()
    assert sorted(services.roster.find_ids("common")) == ids
    assert len(list(services.roster_rows.list_parts(services.roster.run))) == 4


def test_a_new_list_takes_the_place_of_the_former_one_and_its_rows_go(shop):
    join(shop, name="Asha Rao")
    make_list(shop)
    container = shop.services()
    assert len(container.roster.find_ids("rao")) == 1
    first = container.roster.run
    join(shop, "ben@example.org", name="Ben Rao")
    assert len(container.roster.find_ids("rao")) == 1
    make_list(shop, TOMORROW + DAY)
    assert len(container.roster.find_ids("rao")) == 2
    runs = {row["pk"]["S"] for row in shop.read_all("customers") if row["pk"]["S"].startswith("roster#")}
    assert runs == {f"roster#{container.roster.run}"} != {f"roster#{first}"}


def test_forgetting_destroys_the_list_at_once_in_every_container_and_a_new_one_is_made_within_the_hour(shop, tmp_path):
    join(shop, name="Asha Rao")
    join(shop, "ben@example.org", name="Ben Rao")
    night = TOMORROW + timedelta(days=1)
    fold_people(shop.services(), night)
    container = shop.services()
    assert len(container.roster.find_ids("rao")) == 2
    run, key = container.roster.run, container.roster_rows.open_key(container.roster.run)
    assert key is not None

    forget(shop, ASHA, at=night)
    assert container.roster.find_ids("rao") is None
    assert container.roster_rows.open_key(run) is None
    assert not any(row["pk"]["S"] == ROSTER for row in shop.read_all("keys"))
    assert is_due(shop.services(), night + timedelta(minutes=1))

    fold_people(shop.services(), night + timedelta(hours=1))
    assert container.roster.find_ids("rao") == [shop.find_id("ben@example.org")]
    assert not is_due(shop.services(), night + timedelta(hours=2))
    kept = [row for row in shop.read_all("customers") if row["pk"]["S"] == f"roster#{run}"]
    for row in kept:  # what a backup may still have opens under no key
        with pytest.raises(SealBrokenError):
            PersonSeal(ROSTER, b"?" * 32).open_record(row["sk"]["S"], run, row["sealed"]["B"])


def test_who_is_forgotten_while_a_list_is_made_stands_in_no_list(shop, monkeypatch):
    monkeypatch.setattr(walk, "BATCH", 1)
    monkeypatch.setattr(walk, "SAVE_EVERY", 1)
    for email in ("asha@example.org", "ben@example.org", "mara@example.org"):
        join(shop, email, name="Rao")
    going = walk.Walk(services := shop.services(), [RosterMaker(services)], TOMORROW)
    for _ in range(2):
        going.take_batch()
        going.save()
    forget(shop, ASHA, at=TOMORROW)
    make_list(shop)
    assert shop.services().roster.find_ids("rao") is None
    assert is_due(shop.services(), TOMORROW + timedelta(minutes=1))
    make_list(shop, TOMORROW + timedelta(hours=1))
    assert len(shop.services().roster.find_ids("rao")) == 2


def test_a_restored_key_of_the_list_is_destroyed_with_the_restored_key_of_the_customer(shop, tmp_path):
    join(shop, name="Asha Rao")
    make_list(shop)
    saved = shop.read_all("keys")
    forget(shop, ASHA, at=TOMORROW)
    finish(shop, tmp_path, at=TOMORROW)
    for row in saved:
        shop.dynamodb.put_item(TableName=f"{shop.prefix}keys", Item=row)
    container = shop.services()
    assert container.roster.find_ids("rao")
    replay_entries([container.ledger.read_entry(1)], container, TOMORROW + DAY)
    assert container.roster.find_ids("rao") is None


def test_who_has_neither_name_nor_number_has_no_line(shop):
    join(shop, "plain@example.org")
    make_list(shop)
    services = shop.services()
    assert list(services.roster_rows.list_parts(services.roster_rows.read_names().run)) == []
    assert services.roster.find_ids("plain") == []
    all_met(services)
