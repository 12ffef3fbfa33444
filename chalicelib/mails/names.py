"""A person's name, checked for use in a greeting. Any visitor types names: no mail may carry a visitor's advertisement.

A text that does not look like a name is left out, not repaired: half an advertisement is still one, and a greeting
reads naturally without a name.
"""

import re
from unicodedata import category, normalize

from chalicelib.text import has_long_run

LONGEST_TYPED = 500  # characters; no name is longer
LONGEST = 40  # characters; a longer name is cut between two words
LONGEST_PRODUCT, MOST_DIGITS = 60, 4  # of a product's name
MARKS_IN_A_ROW = 4  # Hindi and Bengali put three on one letter; more only hide the text around it
JOINERS = "\u200c\u200d"  # Persian, Hindi and Bengali are misspelt without them
PUNCTUATION = frozenset("-'’ʼ‘.,·" + JOINERS)
# Mail programs make a link of `evil.example`; none makes one of `evil. example`.
JOINED_DOT = re.compile(r"\.(?=\w{2})")
AFTER_DOT = re.compile(r"\w\w\.(\w)")
ADDRESS_WORDS = re.compile(r"\b(?:https?|www|ftp|mailto)\b", re.IGNORECASE)


def clean_name(text: str) -> str:
    """Return the name for a greeting, or "" for other text: addresses, figures, signs, hidden characters."""
    name = normalize("NFC", text[: LONGEST_TYPED + 1]).strip(" ")
    if len(name) > LONGEST_TYPED or not all(is_name_sign(sign) for sign in name) or has_long_run(name, MARKS_IN_A_ROW):
        return ""
    if ADDRESS_WORDS.search(name) or any(sign.islower() for sign in AFTER_DOT.findall(name)):
        return ""
    name = shorten_name(JOINED_DOT.sub(". ", " ".join(name.split())))
    return name if any(category(sign)[0] == "L" for sign in name) else ""


def clean_product(text: str) -> str:
    """Return a product's name for a mail that strangers can cause, or "" for text that may be an advertisement.

    A product's name may have figures, as a name may not: of four digits at most, too few for a number to call.
    """
    line = normalize("NFC", " ".join(text[: LONGEST_TYPED + 1].split()))
    if len(line) > LONGEST_PRODUCT or sum(sign.isdecimal() for sign in line) > MOST_DIGITS:
        return ""
    letters = "".join(sign for sign in line if not sign.isdecimal())
    return line if clean_name(letters) and not JOINED_DOT.search(line) else ""


def is_name_sign(sign: str) -> bool:
    """Return whether a sign is a letter, a mark, a space or the punctuation of names."""
    return sign in PUNCTUATION or sign == " " or category(sign)[0] in "LM"


def shorten_name(name: str) -> str:
    """Cut a name to whole words within the limit; "" where the first word alone is longer."""
    while len(name) > LONGEST:
        name = name.rpartition(" ")[0]
    return name.rstrip(" ,-")
