"""The check sign of codes that people read aloud or copy by hand: ISO 7064's hybrid system over 22 signs (modulo 23).

The check finds every single wrong sign, and nearly every pair of neighbours in the wrong order.
"""

import re
from unicodedata import normalize

from chalicelib.text import CLEAR_SIGNS

BASE = len(CLEAR_SIGNS)
APART = re.compile(r"[\s\-‐-―]+")


def find_check(signs: str) -> str:
    """Return the check sign of the others."""
    product = BASE
    for sign in signs:
        product = ((product + CLEAR_SIGNS.index(sign)) % BASE or BASE) * 2 % (BASE + 1)
    return CLEAR_SIGNS[(BASE + 1 - product) % BASE]


def read_checked(typed: str, signs: int) -> str:
    """Return a typed or scanned code without spaces and hyphens, in capitals; "" where it is no code of so many signs.

    The check sign is not among these `signs`.
    """
    code = APART.sub("", normalize("NFKC", typed)).upper()
    if len(code) != signs + 1 or not set(code) <= set(CLEAR_SIGNS):
        return ""
    return code if find_check(code[:-1]) == code[-1] else ""
