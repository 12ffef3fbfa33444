"""Typed text made comparable: NFC, no control characters, no direction switches, bounded; see chalicelib/text.py."""

import re
from unicodedata import normalize

from chalicelib.forms.reasons import RefusedValueError
from chalicelib.text import CONTROLS, CONTROLS_IN_LINES, has_long_run, remove_switches

LINE_ENDS = re.compile("\r\n|\r|\u2028|\u2029")
LONGEST_RUN = 30  # combining marks in a row: UAX 15, stream-safe text


def clean_line(text: str) -> str:
    """Return one line of text; raise RefusedValueError."""
    refuse_match(CONTROLS, text)
    return compose_text(text)


def clean_lines(text: str) -> str:
    """Return text of several lines, separated by \\n; tabs may stay. Raise RefusedValueError."""
    text = LINE_ENDS.sub("\n", text)
    refuse_match(CONTROLS_IN_LINES, text)
    return compose_text(text)


def refuse_match(controls: re.Pattern[str], text: str) -> None:
    """Refuse text that holds a control character, before anything is stripped away."""
    if controls.search(text):
        raise RefusedValueError("control_character")


def compose_text(text: str) -> str:
    """Remove direction switches, compose to NFC, strip. Long runs of marks are refused first: they cost time."""
    text = remove_switches(text)
    refuse_runs(text)
    composed = normalize("NFC", text).strip()
    refuse_runs(composed)
    return composed


def refuse_runs(text: str) -> None:
    """Refuse more combining marks on one letter than any language has."""
    if has_long_run(text, LONGEST_RUN):
        raise RefusedValueError("invalid")


def check_length(text: str, characters: int, octets: int) -> None:
    """Refuse text longer than either limit."""
    if len(text) > characters or len(text.encode()) > octets:
        raise RefusedValueError("too_long")
