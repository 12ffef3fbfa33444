"""What can be held of a text without knowing its language: placeholders, endings, digits, quotes, marks, spaces."""

import re
from string import Formatter

import pytest

from chalicelib.forms.interface import find_interface
from tests.builders.texts import Text, list_texts

LANGUAGES = ("bn", "en", "fa", "hi", "kk")
# Also the vowel signs of Hindi and Bengali, with which most of their endings begin.
LETTER = "(?:[^\\W\\d_]|[\\u0900-\\u0903\\u093a-\\u094f\\u0981-\\u0983\\u09bc-\\u09d7])"
# A word with a Latin letter or a sign of programs in it is a name, a unit or an example: it keeps its own digits.
# So does a day or a version as programs write it, such as 2026-03-27.
FOREIGN = re.compile(r"\S*[A-Za-z@/_]\S*|\d{4}-\d\d(-\d\d)?")
CLASSIFIERS = "টি|টা|জন|বার|তম|দিন"  # Bengali counts with them, whatever the number
# Kazakh: 2-қадам. Bengali may join an ending to a number by a hyphen.
ORDINAL = "-(?!(?:тен|тан|ден|дан|нен|нан|ге|ға|ке|қа|і|ы|сі|сы|н[іы]ң|[дт][іы]ң|[дт][еа]|[мпб]ен)\\b)"
PARTS = "within"  # begins with its own comma
ENDS = {"en": ".", "kk": ".", "fa": ".", "hi": "।", "bn": "।"}
ASKS = {"fa": "؟"}


def list_faulty(language, has_fault):
    return [f"{text.place}: {text.said}" for text in list_texts(language) if has_fault(text)]


def list_names(text: str) -> set[str]:
    return {name for _, name, *_ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_has_the_placeholders_of_the_english_one(language):
    assert list_faulty(language, lambda text: text.english and list_names(text.said) != list_names(text.english)) == []


@pytest.mark.parametrize("language", ["bn", "fa", "hi", "kk"])
def test_no_placeholder_carries_an_ending(language):
    # An ending depends on the last sound of a name, which nobody knows: a noun beside the name carries it.
    glued = re.compile(rf"(?<!{PARTS})\}}(?!{CLASSIFIERS}|{ORDINAL})[\u200c'’-]?{LETTER}|{LETTER}\{{(?!{PARTS})")
    assert list_faulty(language, lambda text: glued.search(text.said)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_digits_are_those_of_the_language(language):
    own = set(find_interface(language).digits)

    def has_other(text: Text) -> bool:
        return any(sign.isdecimal() and sign not in own for sign in FOREIGN.sub("", text.bare))

    assert list_faulty(language, has_other) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_quotes_are_those_of_the_language_and_stand_in_pairs(language):
    first, last = find_interface(language).quoted.split("{text}")
    others = set('“”„«»"‘') - {first, last}
    pair = re.compile(f"{first}[^{first}{last}]*{last}")

    def is_odd(text: Text) -> bool:
        left = pair.sub("", text.bare)
        return not {first, last, *others}.isdisjoint(left)

    assert list_faulty(language, is_odd) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_spaces_stand_alone_and_between_words(language):
    odd = re.compile(r"  |^ | $| [.,;:?!।؟،؛»”)]|[(«“] ")
    assert (
        list_faulty(language, lambda text: not text.place.endswith(("between", "comma")) and odd.search(text.said))
        == []
    )


@pytest.mark.parametrize("language", ["bn", "fa", "hi", "kk"])
def test_a_sentence_ends_as_the_english_one(language):
    full, asked = ENDS[language], ASKS.get(language, "?")
    same = {".": full, "?": asked, "!": "!", ":": ":", "…": "…"}

    def differs(text: Text) -> bool:
        theirs = same.get(text.english[-1:], "")
        if text.place.endswith("decimal_point"):
            return False
        return text.said[-1:] != theirs if theirs else text.said[-1:] in (full, asked)

    assert list_faulty(language, differs) == []


def test_persian_is_written_with_its_own_letters_marks_and_half_spaces():
    # ي and ك are Arabic; «ها» and «می» are joined by a half-space (U+200C), as the Academy of Persian writes them.
    joined = r"\bن?می (?=[آ-ی])| ها(ی|یی|یم|یت|یش|یمان|یتان|یشان)?(?![آ-ی\u200c])"
    stray = r"\u200c(?![آ-یٔ])|(?<![آ-یٔ])\u200c"
    odd = re.compile(rf"[يك]|{joined}|{stray}|[,;?](?!\w)")
    assert list_faulty("fa", lambda text: odd.search(FOREIGN.sub("", text.bare))) == []


@pytest.mark.parametrize("language", ["hi", "bn"])
def test_no_sentence_ends_with_a_full_stop(language):
    odd = re.compile(r"[\u0900-\u09ff]\.(\s|$)")
    assert list_faulty(language, lambda text: odd.search(text.bare)) == []
