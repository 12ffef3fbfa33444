"""Sealed rows of few sizes: how long a row is tells nobody how long the last answer was.

The seal compresses, so the filling is random, and the size that counts is the compressed one. Random bytes take up to
a third more than they are: the filling nears the goal from below, and begins anew where it passed it.
"""

import secrets
import zlib

STEP = 2048  # bytes, compressed
END = b"\n"  # no JSON of ours has a line break


def pad_text(text: bytes) -> bytes:
    """Return a text, filled up so that it compresses to a multiple of STEP."""
    goal = -(-(len(zlib.compress(text)) + 64) // STEP) * STEP
    filled = text + END
    while (short := goal - len(zlib.compress(filled))) != 0:
        filled = filled + secrets.token_bytes(max(1, short * 3 // 4)) if short > 0 else text + END
    return filled


def strip_padding(filled: bytes) -> bytes:
    """Return the text without what it was filled up with."""
    return filled.partition(END)[0]
