"""`make draw`: the list is fixed before the value is known, and whoever has list and value finds the same winners."""

import hashlib
import hmac
import json
from datetime import timedelta

import pytest

from chalicelib.forms.library import find_form
from chalicelib.joining.join import join_people
from chalicelib.models.numbers import write_number
from chalicelib.store.table import SHARDS
from infra.staff.check_draw import check_file
from infra.staff.contests import Closed, Draw, draw_winners, hash_entries, judge_draw, rank_entries
from infra.staff.draw import close_contest, draw_contest, list_entries
from tests.builders.erasures import forget
from tests.builders.links import an_answer, give_link, put_link
from tests.builders.shop import NOW, a_submission
from tests.builders.work import count_requests

SOURCE, SEED = "the lottery numbers of 5 March 2026", "3 17 22 31 40 45"
FORM = "sign-up"


def enter(shop, email, at=NOW):
    """Let a customer enter; return the number of the entry."""
    key = shop.accept(said := a_submission(email=email, at=at, entry={"colour": "green"}))
    assert shop.take(said) == "settled"
    return write_number(key)


@pytest.fixture
def entered(shop):
    """Let six people enter; return their numbers by address."""
    return {
        f"p{place}@example.org": enter(shop, f"p{place}@example.org", NOW + timedelta(minutes=place))
        for place in range(6)
    }


def close(shop, folder):
    return close_contest(FORM, SOURCE, shop.services(), NOW + timedelta(days=1), folder)


def draw(shop, folder, prizes=2):
    return draw_contest(FORM, SEED, prizes, shop.services(), folder)


def test_the_hash_is_that_of_the_sorted_numbers(shop, entered, tmp_path):
    closed = close(shop, tmp_path)
    told = "".join(f"{number}\n" for number in sorted(entered.values()))
    assert (closed.count, closed.hash) == (6, hashlib.sha256(told.encode()).hexdigest())
    assert json.loads((tmp_path / "sign-up-entries.json").read_bytes()) == sorted(entered.values())


def test_the_winners_are_those_that_anybody_computes(shop, entered, tmp_path):
    close(shop, tmp_path)
    won = draw(shop, tmp_path)
    macs = {number: hmac.digest(SEED.encode(), number.encode(), "sha256") for number in entered.values()}
    assert [number for number, _ in won] == sorted(macs, key=macs.get)[:2]
    addresses = {number: email for email, number in entered.items()}
    assert [shop.find_id(addresses[number]) for number, _ in won] == [customer for _, customer in won]
    code, told = check_file(tmp_path / "sign-up-draw.json")
    assert (code, told.count("Winner: ")) == (0, 2)


def test_the_files_name_nobody(shop, entered, tmp_path):
    close(shop, tmp_path)
    won = draw(shop, tmp_path)
    written = "".join(path.read_text("utf-8") for path in tmp_path.glob("*.json"))
    for secret in (*entered, *(customer for _, customer in won)):
        assert secret not in written


def test_a_customer_has_one_entry_however_often_they_enter(shop, entered):
    enter(shop, "p0@example.org", NOW + timedelta(hours=2))
    found = list_entries(FORM, shop.services())
    assert sorted(found) == sorted(entered.values())


def test_an_answer_by_a_link_is_an_entry_too(shop, tables):
    shop.take(a_submission(email="p@example.org", entry={}))
    token = put_link(tables, "answer", form="survey")
    give_link(shop, token, shop.find_id("p@example.org"))
    said = an_answer(token, find_form("survey"), {"score": "9"}, at=NOW + timedelta(minutes=1))
    assert shop.take(said) == "settled"
    assert list(list_entries("survey", shop.services()).values()) == [shop.find_id("p@example.org")]


def test_who_is_forgotten_is_in_no_list_and_is_passed_over(shop, entered, tmp_path):
    forget(shop, "p5@example.org", at=NOW + timedelta(hours=1))
    assert close(shop, tmp_path).count == 5
    numbers = sorted(set(entered.values()) - {entered["p5@example.org"]})
    first, second = rank_entries(numbers, SEED)[:2]
    winner = next(email for email, number in entered.items() if number == first)
    forget(shop, winner, request="r2", at=NOW + timedelta(days=2))
    assert [number for number, _ in draw(shop, tmp_path, prizes=1)] == [second]
    code, told = check_file(tmp_path / "sign-up-draw.json")
    assert code == 0
    assert f"Passed over: {first}, " in told


def test_the_later_entry_of_two_who_were_joined_since_is_passed_over(shop, entered, tmp_path):
    close(shop, tmp_path)
    ranked, first = rank_entries(entered.values(), SEED), entered["p0@example.org"]
    assert ranked[0] != first  # the winner entered later than somebody
    addresses = {number: email for email, number in entered.items()}
    ids = [shop.find_id(addresses[number]) for number in (ranked[0], first)]
    join_people(*ids, "staff", shop.services(), NOW + timedelta(days=2))
    draw(shop, tmp_path, prizes=1)
    code, told = check_file(tmp_path / "sign-up-draw.json")
    assert code == 0
    assert f"Passed over: {ranked[0]}, whose entry was withdrawn, or whose customer" in told
    assert f"Winner: {ranked[1]}" in told


def test_a_withdrawn_entry_is_not_drawn():
    numbers = ("AAA-AAAA", "BBB-BBBB", "CCC-CCCC")
    closed = Closed(form=FORM, day="2026-03-02", source=SOURCE, count=3, hash=hash_entries(numbers))
    first, second, third = rank_entries(numbers, SEED)
    made = draw_winners(closed, numbers, [second, third], SEED, prizes=1)
    assert (made.winners, made.passed, judge_draw(made)) == ((second,), (first,), [])


def test_nothing_is_closed_or_drawn_twice_or_out_of_turn(shop, entered, tmp_path):
    with pytest.raises(SystemExit, match="not closed"):
        draw(shop, tmp_path)
    close(shop, tmp_path)
    enter(shop, "late@example.org", NOW + timedelta(days=1))
    with pytest.raises(SystemExit, match="closed already"):
        close(shop, tmp_path)
    won = draw(shop, tmp_path, prizes=7)
    assert len(won) == 6  # who came late is not in the list
    with pytest.raises(SystemExit, match="drawn already"):
        draw(shop, tmp_path)


def test_a_list_that_was_changed_is_not_drawn(shop, entered, tmp_path):
    close(shop, tmp_path)
    path = tmp_path / "sign-up-entries.json"
    path.write_text(json.dumps(json.loads(path.read_bytes())[1:]))
    with pytest.raises(SystemExit, match="not the one"):
        draw(shop, tmp_path)


def test_the_list_costs_three_calls_a_customer_and_one_query_for_each_shard(shop, entered):
    enter(shop, "p0@example.org", NOW + timedelta(hours=2))
    calls = count_requests(shop.dynamodb)
    assert len(list_entries(FORM, shop.services())) == 6
    # of each customer the key, the core and the history; and the data key that sealed all six
    assert dict(calls) == {"Query": SHARDS + 6, "BatchGetItem": 6, "GetItem": 6 + 1}


def test_nobody_entered(shop, tmp_path):
    with pytest.raises(SystemExit, match="nobody entered"):
        close(shop, tmp_path)


NUMBERS = tuple(f"AAA-{place:04}" for place in range(9))
CLOSED = Closed(form=FORM, day="2026-03-02", source=SOURCE, count=9, hash=hash_entries(NUMBERS))
RIGHT = draw_winners(CLOSED, NUMBERS, NUMBERS, SEED, prizes=2)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"entries": (*NUMBERS[:-1], "ZZZ-ZZZZ")}, "not the one whose hash"),
        ({"entries": NUMBERS[:-1]}, "8 entries, and 9"),
        ({"winners": RIGHT.winners[::-1]}, "do not follow"),
        ({"seed": "another"}, "do not follow"),
        ({"winners": RIGHT.winners[1:]}, "do not follow"),
        ({"passed": rank_entries(NUMBERS, SEED)[8:]}, "passed over that did not win"),
    ],
)
def test_a_draw_that_was_tampered_with_is_noticed(tmp_path, change, fault):
    made = RIGHT.model_dump() | {name: list(each) if isinstance(each, tuple) else each for name, each in change.items()}
    path = tmp_path / "draw.json"
    path.write_text(json.dumps(made))
    code, told = check_file(path)
    assert code == 1
    assert fault in told


@pytest.mark.parametrize("text", ["", "{}", "[]", json.dumps(RIGHT.model_dump() | {"entries": NUMBERS * 2})])
def test_a_file_that_is_no_draw_is_told(tmp_path, text):
    path = tmp_path / "draw.json"
    path.write_text(text)
    assert check_file(path) == (1, "draw.json is no published draw.")
    assert isinstance(RIGHT, Draw)
