"""The list of names: who is found by a word of a name, or by the last four digits of a phone number.

It has one line for each customer: the id, the words of the name, folded, and the last four digits of each number behind
a `#`. It is made by the nightly walk (`fold/roster.py`), and sealed under a key of its own, which each erasure
destroys.
"""

import re
from collections.abc import Iterable, Iterator
from unicodedata import category, combining, normalize

from chalicelib.models import IdentityKind, Profile
from chalicelib.text import write_digits

MOST_WORDS = 12  # of one name
MOST_SIGNS = 40  # of one word
LAST_DIGITS = 4
# Marks that readers leave out: accents, the vowel signs of Arabic and Hebrew, the dot below of Indian letters. Vowel
# signs of Indian scripts are letters to their readers, and stay.
MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u093c\u09bc]")
# Letters that no decomposition folds, and those of Kazakh and Persian that many keyboards lack.
ALIKE = str.maketrans(
    {
        **{"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"},
        **{"ә": "а", "ғ": "г", "қ": "к", "ң": "н", "ө": "о", "ұ": "у", "ү": "у", "һ": "х", "і": "и", "ё": "е"},
        **{"ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه", "ۀ": "ه"},
    }
)


def fold_words(text: str) -> tuple[str, ...]:
    """Return the words of a name as they are compared: without case, accents, signs between letters and joiners."""
    folded = MARKS.sub("", normalize("NFKD", text).casefold()).translate(ALIKE)
    plain = "".join(fold_sign(sign) for sign in normalize("NFC", folded))
    return tuple(word[:MOST_SIGNS] for word in plain.split())[:MOST_WORDS]


def fold_sign(sign: str) -> str:
    """Return a letter or mark as it is, a digit in our writing, a space for what parts words, nothing for the rest."""
    kind = category(sign)
    if kind == "Nd":
        return write_digits(sign)
    if kind[0] in "LM" or combining(sign):
        return sign
    return "" if kind == "Cf" or sign in "'’ʼ." else " "


def write_line(profile: Profile) -> str:
    """Return the line of a customer, or "" for one who has neither a name nor a number."""
    words = fold_words(profile.text("name"))
    numbers = [profile.text("phone"), *(name.value for name in profile.list_current(IdentityKind.PHONE))]
    ends = dict.fromkeys(end for end in map(read_end, numbers) if end)
    return " ".join((profile.customer_id, *words, *(f"#{end}" for end in ends))) if words or ends else ""


def read_end(number: str) -> str:
    """Return the last four digits of a phone number without its extension, or ""."""
    digits = write_digits("".join(sign for sign in number.partition(";")[0] if sign.isdecimal()))
    return digits[-LAST_DIGITS:] if len(digits) >= LAST_DIGITS else ""


def find_lines(lines: str, typed: str) -> list[str]:
    """Return the ids of the lines in which each typed word begins a word of the name, or is the end of a number.

    Those in which most words stand whole come first. `lines` begins and ends with a line feed.
    """
    words = [f" #{word}" if word.isdigit() else f" {word}" for word in fold_words(typed)]
    if not words or any(word.startswith(" #") and len(word) != LAST_DIGITS + 2 for word in words):
        return []
    rarest = max(words, key=len)
    found = [line for line in list_lines(lines, rarest) if all(word in line for word in words)]
    found.sort(key=lambda line: -sum(f"{word} " in f"{line} " for word in words))
    return [line.partition(" ")[0] for line in found]


def list_lines(lines: str, word: str) -> Iterator[str]:
    """Yield each line that has a word, once."""
    place = lines.find(word)
    while place >= 0:
        start, end = lines.rfind("\n", 0, place) + 1, lines.find("\n", place)
        yield lines[start:end]
        place = lines.find(word, end)


def join_lines(parts: Iterable[bytes]) -> str:
    """Return the lines of a list's parts as `find_lines` takes them."""
    return "\n" + "\n".join(part.decode() for part in parts) + "\n"
