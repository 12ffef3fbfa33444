"""The number of a submission, by which customers and staff speak of it on the telephone."""

import hashlib
import re

from chalicelib.text import CLEAR_SIGNS

LENGTH, FIRST = 7, 3  # signs, and how many of them stand before the hyphen
SHAPE = re.compile(f"[{CLEAR_SIGNS}]{{{FIRST}}}-[{CLEAR_SIGNS}]{{{LENGTH - FIRST}}}")


def write_number(key: str) -> str:
    """Return the number of a submission by its inbox key, e.g. `K7F-3MQ9`: one of 2.5 billion.

    A repeated post has the key of the first one, and so the same number. The number is a hash: it opens nothing, and
    does not lead back to the key.
    """
    left = int.from_bytes(hashlib.sha256(b"regulars number\n" + key.encode()).digest())
    signs = []
    for _ in range(LENGTH):
        left, place = divmod(left, len(CLEAR_SIGNS))
        signs.append(CLEAR_SIGNS[place])
    return f"{''.join(signs[:FIRST])}-{''.join(signs[FIRST:])}"


def read_number(text: str) -> str:
    """Return a text that has the shape of a number, or "" for any other."""
    return text if SHAPE.fullmatch(text) else ""
