"""Posted values, read into the Python types that field types use. A wrong value raises RefusedValueError."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from chalicelib.forms.reasons import RefusedValueError
from chalicelib.models import JsonValue

WHOLE_NUMBER = re.compile(r"[+-]?\d{1,20}")  # \d: the digits of every script
ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Occasion:
    """Where and when a form is filled in: the shop's region (ISO 3166) and the day, UTC."""

    region: str
    today: date


def read_text(value: JsonValue, limit: int) -> str:
    """Return text and refuse any other shape. Text far over the limit is refused before any work is spent on it."""
    if not isinstance(value, str):
        raise RefusedValueError("wrong_type")
    if len(value) > 4 * limit + 100:
        raise RefusedValueError("too_long")
    return value


def read_integer(value: JsonValue) -> int:
    """Return a whole number given as an integer, as 2.0 (JSON knows no difference) or in digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    if isinstance(value, str):
        if WHOLE_NUMBER.fullmatch(value.strip()):
            return int(value)
        raise RefusedValueError("invalid")
    raise RefusedValueError("invalid" if isinstance(value, Decimal) else "wrong_type")


def read_date(text: str) -> date:
    """Return an ISO 8601 calendar date that exists."""
    try:
        if ISO_DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:  # the 30th of February
        pass
    raise RefusedValueError("invalid")
