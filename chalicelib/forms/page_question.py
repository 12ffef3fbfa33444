"""The question under a post that looks like a machine's: a small sum in words, which a person can answer.

The question follows from the page's token and the key of page tokens, so nothing is stored. The token alone is not
enough to compute it.
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Sequence
from typing import Any

from chalicelib.forms.definition import Form
from chalicelib.forms.interface import Interface

NAME = "page_answer"
MOST = 5  # of each number: the answer is at most ten, as in the words of every language


def find_numbers(form: Form, token: str, key: bytes) -> tuple[int, int]:
    """Return the two numbers that the page of this token asks to add."""
    digest = hmac.new(key, f"regulars-question-1|{form.name}|{token}".encode(), hashlib.sha256).digest()
    return 1 + digest[0] % MOST, 1 + digest[1] % MOST


def write_question(form: Form, words: Interface, token: str, key: bytes) -> str:
    """Return the question as a sentence."""
    first, second = (words.numbers[number - 1] for number in find_numbers(form, token, key))
    sentence = words.question.format(first=first, second=second)
    return sentence[:1].upper() + sentence[1:]


def show_question(form: Form, words: Interface, token: str, key: bytes) -> dict[str, Any]:
    """Return the question in the shape of view.show_field, so that pages and the embedded form draw it alike."""
    return {
        "name": NAME,
        "type": "text",
        "control": "line",
        "label": write_question(form, words, token, key),
        "hint": words.question_hint,
        "required": True,
        "autocomplete": "off",
        "options": [],
        "length": None,
        "input": {"type": "text", "inputmode": "numeric"},
        "none": "",
    }


def judge_answer(form: Form, words: Interface, token: str, answer: str, keys: Sequence[bytes]) -> str:
    """Return the reason to refuse an answer: `unanswered` or `wrong_answer`; "" for a right one.

    An answer is a number in the digits of any script, or a word of the page's language.
    """
    said = unicodedata.normalize("NFKC", answer).strip(" \t\r\n.,!?،।").casefold()
    if not said or not token:
        return "unanswered"
    sums = [sum(find_numbers(form, token, key)) for key in keys]
    right = any(read_number(said) == total or said == fold_word(words.numbers[total - 1]) for total in sums)
    return "" if right else "wrong_answer"


def read_number(said: str) -> int | None:
    """Return a whole number of at most three digits, or None."""
    return int(said) if said.isdecimal() and len(said) <= 3 else None


def fold_word(word: str) -> str:
    """Return a word as an answer is compared: one form for each letter, no capitals."""
    return unicodedata.normalize("NFKC", word).casefold()
