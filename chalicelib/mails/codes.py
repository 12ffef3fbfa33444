"""The part of an offer's code that differs from code to code."""

import secrets

# No vowels (no words by accident), and nothing that is mistaken for another when read aloud or copied by hand:
# neither 0/O, 1/I/L, 2/Z, 5/S nor 8/B.
ALPHABET = "CDFGHJKMNPQRTVWXY34679"
LENGTH = 8


def make_code() -> str:
    """Return a random part: one of 55 billion, so that nobody guesses a code that is live."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
