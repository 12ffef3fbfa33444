"""Codes of customer cards: nine signs that are told apart when read aloud or copied by hand, the last one a check.

The check is ISO 7064's hybrid system over 22 signs (modulo 23): a code with one wrong sign is none, and nearly never
is one with two neighbours in the wrong order. A code is random and says nothing about its customer.
"""

import re
import secrets
from unicodedata import normalize

from chalicelib.text import CLEAR_SIGNS

SIGNS = 8  # random ones: 55,000 million codes
GROUP = 3
BASE = len(CLEAR_SIGNS)
APART = re.compile(r"[\s\-‐-―]+")


def make_card() -> str:
    """Return a new code, in groups as it is printed."""
    signs = "".join(secrets.choice(CLEAR_SIGNS) for _ in range(SIGNS))
    code = signs + find_check(signs)
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def read_card(typed: str) -> str:
    """Return a code as it is looked up, however it was typed or scanned, or "" for what is no code."""
    code = APART.sub("", normalize("NFKC", typed)).upper()
    if len(code) != SIGNS + 1 or not set(code) <= set(CLEAR_SIGNS):
        return ""
    return code if find_check(code[:-1]) == code[-1] else ""


def find_check(signs: str) -> str:
    """Return the check sign of the others."""
    product = BASE
    for sign in signs:
        product = ((product + CLEAR_SIGNS.index(sign)) % BASE or BASE) * 2 % (BASE + 1)
    return CLEAR_SIGNS[(BASE + 1 - product) % BASE]
