"""Counting everybody in the walk: the result is kept sealed, goes on after a cut, and forgets who is forgotten."""

from datetime import timedelta
from itertools import count
from types import SimpleNamespace

import pytest

from chalicelib.erasure.forget import ForgetOrder, Reason, forget_person
from chalicelib.fold import walk
from chalicelib.fold.run import fold_people
from chalicelib.numbers.counting import Counter, read_counted
from chalicelib.numbers.needs import list_popular
from chalicelib.numbers.share import list_shares
from chalicelib.numbers.tally import Tally
from chalicelib.retention.run import retire_person
from chalicelib.store.numbers import cut_pieces
from tests.builders.crowd import all_met, invent_people
from tests.builders.shop import NOW, a_submission

NIGHT = NOW + timedelta(days=1)
MIRA = "mira@example.org"


def add_up(profiles, lens):
    tally = Tally()
    for profile in profiles:
        tally.add_shares(list_shares(profile, lens))
    return tally


def count_all(services, now=NIGHT):
    assert all_met(services, now, float("inf"), Counter(services))["over"]
    return read_counted(services)


def test_the_result_is_the_sum_over_everybody(shop):
    profiles = invent_people(shop.services(), 40)
    counted = count_all(shop.services())

    assert counted.tally == add_up(profiles.values(), counted.lens)
    assert counted.read_numbers().people == 40
    assert counted.lens.now == NIGHT


def test_a_count_that_was_cut_goes_on(shop, monkeypatch):
    profiles = invent_people(shop.services(), 40)
    monkeypatch.setattr(walk, "BATCH", 10)
    monkeypatch.setattr(walk, "SAVE_EVERY", 1)
    while True:
        ticks = count(-1)
        monkeypatch.setattr(walk, "time", SimpleNamespace(monotonic=lambda ticks=ticks: next(ticks)))
        if all_met(shop.services(), NIGHT, 0, Counter(shop.services()))["over"]:
            break
    counted = read_counted(shop.services())
    assert counted.tally == add_up(profiles.values(), counted.lens)


def test_who_is_forgotten_is_in_no_figure_of_the_next_count(shop):
    profiles = invent_people(shop.services(), 60)
    before = count_all(shop.services())
    gone = sorted(profiles)[::6]
    for customer_id in gone:
        order = ForgetOrder(reason=Reason.STAFF, request=f"r-{customer_id}", requested_at=NIGHT)
        assert forget_person(customer_id, order, shop.services(), NIGHT)
    assert read_counted(shop.services()).erasures == before.erasures
    after = count_all(shop.services(), NIGHT)

    stayed = [profile for customer_id, profile in profiles.items() if customer_id not in gone]
    assert after.tally == add_up(stayed, after.lens)
    assert after.erasures - before.erasures == len(gone)


def test_a_record_of_an_earlier_version_is_counted_from_its_rows(shop):
    shop.take(a_submission(email=MIRA, entry={"score": 9, "found_us": "friend"}))
    customer_id = shop.find_id(MIRA)
    services = shop.services()
    person = services.people.load_person(customer_id)
    old = person.profile.model_copy(update={"answers": {}, "uncounted": True})
    services.table.commit_parts([services.people.write_core(person, old, None)])

    counted = count_all(shop.services())
    assert counted.tally.count("source", "friend", "people") == 1
    assert shop.read_profile(MIRA).uncounted  # the walk changes no customer; the next event or review does
    retire_person(customer_id, shop.services(), NIGHT)
    assert shop.read_profile(MIRA) == person.profile


def test_the_sums_are_sealed(shop):
    invent_people(shop.services(), 20)
    count_all(shop.services())
    rows = list(shop.services().table.query_items("numbers"))
    assert {row["sk"] for row in rows} == {"result", "piece#00"}
    for row in rows:
        assert "friend" not in str(row)
        assert "Colombia" not in str(row)


def test_a_result_of_many_pieces_comes_back_whole(shop, monkeypatch):
    monkeypatch.setattr("chalicelib.store.numbers.MOST_SEALED", 700)
    profiles = invent_people(shop.services(), 40)
    counted = count_all(shop.services())

    assert counted.tally == add_up(profiles.values(), counted.lens)
    assert len(list(shop.services().table.query_items("numbers"))) > 3


def test_a_smaller_result_leaves_no_piece_of_the_larger_inside(shop, monkeypatch):
    monkeypatch.setattr("chalicelib.store.numbers.MOST_SEALED", 700)
    profiles = invent_people(shop.services(), 40)
    count_all(shop.services())
    monkeypatch.setattr("chalicelib.store.numbers.MOST_SEALED", 390_000)
    counted = count_all(shop.services(), NIGHT + timedelta(days=1))

    assert counted.tally == add_up(profiles.values(), counted.lens)


def test_nothing_is_read_before_the_first_count_and_of_a_broken_one(shop):
    services = shop.services()
    assert read_counted(services) is None
    invent_people(services, 3)
    count_all(services)
    services.table.change_item({"pk": "numbers", "sk": "piece#00"}, "SET sealed = :sealed", sealed=b"broken")
    assert read_counted(services) is None
    assert count_all(services) is not None


def test_pairs_are_counted_of_the_products_that_were_popular_the_night_before(shop, monkeypatch):
    monkeypatch.setattr("chalicelib.numbers.needs.MOST_POPULAR", 2)
    invent_people(shop.services(), 40)
    first = count_all(shop.services())
    second = count_all(shop.services(), NIGHT + timedelta(days=1))

    assert first.lens.popular is None
    assert second.lens.popular == frozenset(list_popular(first.tally))
    assert len(list(first.tally.below("pair"))) > 1
    assert len(list(second.tally.below("pair"))) == 1


def test_the_function_counts_each_night(shop):
    invent_people(shop.services(), 5)
    fold_people(shop.services(), NIGHT)
    assert read_counted(shop.services()).read_numbers().people == 5


@pytest.mark.parametrize("size", [0, 1, 390_000, 390_001, 900_000])
def test_pieces_fit_into_rows(size):
    pieces = cut_pieces(bytes(size))
    assert b"".join(pieces) == bytes(size)
    assert all(0 < len(piece) <= 390_000 for piece in pieces)
