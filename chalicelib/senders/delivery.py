"""The JSON of a delivery whose signature holds.

A sender ends its subscription after a few refusals, so nothing here answers one, and a value that nobody reads does not
lose an order: half a surrogate pair and bytes that are not UTF-8 become U+FFFD, a number that we cannot keep becomes
None, a control character stays. Names may be as many and as long as the body allows. What stays refused has two
meanings or could exhaust the stack: a name given twice, nesting deeper than 32, anything that is not JSON. Such a body
is parked when it is settled.
"""

import json
import re
from contextlib import suppress
from decimal import Decimal

from chalicelib.errors import MalformedError, UnreadableError
from chalicelib.models import JsonValue, Submission
from chalicelib.strictjson import (
    MAX_DIGITS,
    check_depth,
    choose_builder,
    has_half_pair,
    has_short_numbers,
    hide_escapes,
    read_decimal,
)

UNKNOWN = "unknown"  # stands for a topic that is missing or odd
MARK = b"\xef\xbb\xbf"  # a byte order mark
ESCAPED = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)


def open_body(raw: bytes) -> dict[str, JsonValue]:
    """Return the object in a signed body, or an empty one."""
    try:
        return parse_delivery(raw)
    except MalformedError:
        return {}


def read_body(submission: Submission) -> dict[str, JsonValue]:
    """Return the object in a submission's body; raise UnreadableError."""
    try:
        return parse_delivery(submission.body)
    except MalformedError as fault:
        raise UnreadableError(f"{submission.sender}: {fault}") from None


def parse_delivery(raw: bytes) -> dict[str, JsonValue]:
    """Read one JSON object; raise MalformedError, whose text quotes nothing of it."""
    mended = mend_pairs(raw.removeprefix(MARK))
    check_depth(hide_escapes(mended))
    try:
        value = build_decoder(mended).decode(mended.decode("utf-8", "replace"))
    except json.JSONDecodeError as error:
        raise MalformedError(f"The body is not JSON (character {error.pos}).") from None
    if not isinstance(value, dict):
        raise MalformedError("The body is not a JSON object.")
    return value


def mend_pairs(raw: bytes) -> bytes:
    """Return a body in which each escaped half of a surrogate pair is an escaped U+FFFD."""
    if not has_half_pair(raw):
        return raw
    return ESCAPED.sub(lambda found: b"\\ufffd" if found[1] else found[0], raw)


def build_decoder(raw: bytes) -> json.JSONDecoder:
    """Return the decoder of a body, with the slower checks only where they may be needed."""
    return json.JSONDecoder(
        object_pairs_hook=choose_builder(raw),
        parse_int=None if has_short_numbers(raw) else keep_int,
        parse_float=keep_decimal,
        parse_constant=drop_constant,
        strict=False,
    )


def keep_int(text: str) -> int | None:
    """Return a whole number, or None for one of too many digits."""
    return int(text) if len(text.lstrip("-")) <= MAX_DIGITS else None


def keep_decimal(text: str) -> Decimal | None:
    """Return a number with a fraction or an exponent, or None for one that DynamoDB cannot hold."""
    with suppress(MalformedError):
        return read_decimal(text)
    return None


def drop_constant(_name: str) -> None:
    """Return None for NaN, Infinity and -Infinity, which JSON does not have."""
