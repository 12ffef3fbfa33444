"""The question that tells a person from a machine: what it asks, and which answers count."""

import pytest

from chalicelib.forms.interface import find_interface
from chalicelib.forms.library import DEFINITIONS, load_form
from chalicelib.forms.page_question import find_numbers, judge_answer, write_question
from chalicelib.words import list_languages
from tests.builders.form_posts import solve_question

KEY, OLD_KEY = b"k" * 32, b"o" * 32
SURVEY, SIGN_UP = (load_form(DEFINITIONS / f"{name}.toml") for name in ("survey", "sign-up"))
TOKENS = [f"token-{number}" for number in range(200)]


def judge(answer, token="token-1", language="en", keys=(KEY,)):
    return judge_answer(SURVEY, find_interface(language), token, answer, keys)


@pytest.mark.parametrize("language", list_languages())
def test_the_words_of_the_question_lead_to_its_answer(language):
    for token in TOKENS:
        question = write_question(SURVEY, find_interface(language), token, KEY)

        assert judge(solve_question(question, language), token, language) == "", question


def test_the_question_depends_on_page_form_and_key():
    asked = [
        [find_numbers(form, token, key) for token in TOKENS] for form in (SURVEY, SIGN_UP) for key in (KEY, OLD_KEY)
    ]

    assert all(first != second for first in asked for second in asked if first is not second)
    assert {number for pair in asked[0] for number in pair} == {1, 2, 3, 4, 5}


ZEROS = (
    "0",
    "\u0660",
    "\u06f0",
    "\u0966",
    "\u09e6",
    "\uff10",
)  # of Latin, two Arabic, Devanagari, Bengali, wide digits


def list_ways(total, language):
    """Return ways in which people write a number."""
    words = find_interface(language)
    word = words.numbers[total - 1]
    digits = ["".join(chr(ord(zero) + int(digit)) for digit in str(total)) for zero in ZEROS]
    return [*digits, f" {total} ", f"{total}.", f"0{total}", words.write_number(total), word, f"{word.upper()}!"]


@pytest.mark.parametrize("language", list_languages())
def test_a_number_counts_in_digits_of_any_script_and_in_words(language):
    for token in TOKENS[:20]:
        for way in list_ways(sum(find_numbers(SURVEY, token, KEY)), language):
            assert judge(way, token, language) == "", way


@pytest.mark.parametrize("answer", ["", " ", ".", "\t"])
def test_an_empty_answer_is_none(answer):
    assert judge(answer) == "unanswered"


@pytest.mark.parametrize("answer", ["0", "11", "-1", "x", "2+3", "1e1", "9" * 5000, "\u00b2", "<b>", "how much", "5 6"])
def test_other_answers_are_wrong(answer):
    assert judge(answer) == "wrong_answer"


def test_without_a_page_there_is_no_answer():
    assert judge("5", token="") == "unanswered"


def test_an_answer_to_another_page_is_wrong_and_an_older_key_still_counts():
    total = str(sum(find_numbers(SURVEY, "token-1", OLD_KEY)))
    others = {judge(total, token, keys=(OLD_KEY,)) for token in TOKENS[2:]}

    assert others == {"", "wrong_answer"}
    assert judge(total, keys=(KEY, OLD_KEY)) == ""
