"""Typed text made comparable: NFC, no control characters, no hidden direction switches, bounded.

Kept are the joiners U+200C and U+200D, without which Persian, Hindi and Bengali are misspelt, and the plain direction
marks. Removed are U+202A-202E and U+2066-2069 (they come along when a phone number is copied from a contact list, and
can turn a line around) and the byte order mark.
"""

import re
from unicodedata import category, normalize

from chalicelib.forms.reasons import RefusedValueError

CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
CONTROLS_IN_LINES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
LINE_ENDS = re.compile("\r\n|\r|\u2028|\u2029")
DIRECTION_SWITCHES = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF])
LONGEST_RUN = 30  # combining marks in a row: UAX 15, stream-safe text


def clean_line(text: str) -> str:
    """Return one line of text; raise RefusedValueError."""
    refuse_match(CONTROLS, text)
    return compose_text(text)


def clean_lines(text: str) -> str:
    """Return text of several lines, parted by \\n; tabs may stay. Raise RefusedValueError."""
    text = LINE_ENDS.sub("\n", text)
    refuse_match(CONTROLS_IN_LINES, text)
    return compose_text(text)


def refuse_match(controls: re.Pattern[str], text: str) -> None:
    """Refuse text that holds a control character, before anything is stripped away."""
    if controls.search(text):
        raise RefusedValueError("control_character")


def compose_text(text: str) -> str:
    """Remove direction switches, compose to NFC, strip. Long runs of marks are refused first: they cost time."""
    text = text.translate(DIRECTION_SWITCHES)
    refuse_runs(text)
    composed = normalize("NFC", text).strip()
    refuse_runs(composed)
    return composed


def refuse_runs(text: str) -> None:
    """Refuse more combining marks on one letter than any language has."""
    if text.isascii():
        return
    run = 0
    for character in text:
        run = run + 1 if category(character)[0] == "M" else 0
        if run > LONGEST_RUN:
            raise RefusedValueError("invalid")


def check_length(text: str, characters: int, octets: int) -> None:
    """Refuse text longer than either limit."""
    if len(text) > characters or len(text.encode()) > octets:
        raise RefusedValueError("too_long")
