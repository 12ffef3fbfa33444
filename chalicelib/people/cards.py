"""Codes of customer cards: nine signs that are told apart when read aloud or copied by hand, the last one a check.

A code is random and says nothing about its customer.
"""

import secrets

from chalicelib.models.check_signs import find_check, read_checked
from chalicelib.text import CLEAR_SIGNS

SIGNS = 8  # random ones: 55,000 million codes
GROUP = 3


def make_card() -> str:
    """Return a new code, in groups as it is printed."""
    signs = "".join(secrets.choice(CLEAR_SIGNS) for _ in range(SIGNS))
    code = signs + find_check(signs)
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def read_card(typed: str) -> str:
    """Return a code as it is looked up, however it was typed or scanned, or "" for what is no code."""
    return read_checked(typed, SIGNS)
