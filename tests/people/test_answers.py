"""What a profile keeps of answers to surveys: scores and options, the latest ones, and no text."""

from datetime import timedelta

import pytest

from chalicelib.models import Entry, EntryRecord, Profile
from chalicelib.people.answers import MOST_ANSWERS, join_answers, list_answers, pick_values
from chalicelib.store.people_rows import name_event
from tests.builders.shop import NOW, a_submission

MIRA = "mira@example.org"


def answer(day=0, values=None, **more):
    at = NOW + timedelta(days=day)
    entry = Entry(kind="survey", at=at, values=values or {"score": 9}, **more)
    return EntryRecord(entry=entry, event=name_event(at, f"k{day}"))


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (0, True),
        (10, True),
        (-1, False),
        (1_001, False),
        (True, False),
        (9.5, False),
        ("near-by", True),
        ("friend", True),
        ("65+", True),
        ("Too slow.", False),
        ("slow service", False),
        ("", False),
        (["near", "price"], True),
        (["near", "It is close"], False),
        (["near", 3], False),
        (None, False),
        ({"a": 1}, False),
    ],
)
def test_numbers_and_options_are_kept_and_texts_are_not(value, kept):
    assert pick_values(Entry(kind="survey", at=NOW, values={"q": value})) == ({"q": value} if kept else {})


def test_a_sensitive_value_is_not_kept():
    entry = Entry(kind="survey", at=NOW, values={"diet": "vegan", "score": 8}, sensitive={"diet": "health"})
    assert pick_values(entry) == {"score": 8}


def test_the_latest_answers_are_kept():
    kept = join_answers({}, [answer(day) for day in range(MOST_ANSWERS + 3)])
    assert min(each.at for each in kept.values()) == NOW + timedelta(days=3)
    assert join_answers(kept, [answer(1)]) == kept


def test_other_entries_are_no_answers():
    card = EntryRecord(entry=Entry(kind="warranty", at=NOW, values={"score": 9}), event="e")
    assert join_answers({}, [card]) == {}


def test_a_withdrawn_answer_counts_no_more():
    profile = Profile(customer_id="c", answers=join_answers({}, [answer(0), answer(1)]), withdrawn={"k1": NOW})
    assert [each.at for each in list_answers(profile)] == [NOW]


def test_an_answer_that_was_sent_is_in_the_profile(shop):
    shop.take(a_submission(email=MIRA, entry={"score": 7, "why": "The tea was cold.", "found_us": "friend"}))
    (kept,) = shop.read_profile(MIRA).answers.values()
    assert kept.values == {"score": 7, "found_us": "friend"}
