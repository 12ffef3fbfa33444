"""What commands print: text that customers typed must not steer the terminal of the staff who read it.

Control characters (ECMA-48: escape sequences begin with one) and the signs that turn the direction of text (Unicode
Technical Report 36) are printed as their code. Line ends and tabs stay.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO, cast

KEPT = "\n\t"
STEERING = [*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), *"\u061c\u200e\u200f\u2028\u2029"]
STEERING += [chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))]
SHOWN = {ord(sign): f"\\u{ord(sign):04x}" for sign in STEERING if sign not in KEPT}


def clean_text(text: str) -> str:
    """Return a text in which nothing steers a terminal."""
    return text.translate(SHOWN)


class CleanStream:
    """A text stream that writes clean texts; everything else is the stream's own."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write a text; return the length that was given."""
        self.stream.write(clean_text(text))
        return len(text)

    def __getattr__(self, name: str) -> object:
        """Return what the stream has."""
        return getattr(self.stream, name)


@contextmanager
def clean_output() -> Iterator[None]:
    """Print clean texts while inside."""
    before = sys.stdout
    sys.stdout = cast(TextIO, CleanStream(before))  # print needs write and flush alone
    try:
        yield
        before.flush()
    except BrokenPipeError:  # the reader, `head` say, wants no more
        os.dup2(os.open(os.devnull, os.O_WRONLY), before.fileno())  # the interpreter flushes once more at its end
        sys.exit(1)
    finally:
        sys.stdout = before
