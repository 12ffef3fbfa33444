"""The part of an offer's code that differs from code to code."""

import secrets

from chalicelib.text import CLEAR_SIGNS

LENGTH = 8


def make_code() -> str:
    """Return a random part: one of 55 billion, so that nobody guesses a code that is live."""
    return "".join(secrets.choice(CLEAR_SIGNS) for _ in range(LENGTH))
