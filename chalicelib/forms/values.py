"""One value of each field type, cleaned. An empty answer is None; a wrong one raises RefusedValueError."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from unicodedata import decimal

from chalicelib.forms.contacts import clean_email, clean_phone
from chalicelib.forms.field import Field
from chalicelib.forms.reasons import RefusedValueError
from chalicelib.forms.text import check_length, clean_line, clean_lines
from chalicelib.models import JsonValue
from chalicelib.shop.ages import BIRTH_YEAR

WHOLE_NUMBER = re.compile(r"[+-]?\d{1,20}")  # \d: the digits of every script
ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
YEARS = range(1900, 2201)  # a year outside is a slip, or another calendar's


@dataclass(frozen=True)
class Occasion:
    """Where and when a form is filled in: the shop's region (ISO 3166) and the day, UTC."""

    region: str
    today: date


def clean_value(field: Field, value: JsonValue, occasion: Occasion) -> JsonValue:
    """Return what is kept of one answer, or None for an empty one; raise RefusedValueError."""
    return CLEANERS[field.type](field, value, occasion)


def read_text(field: Field, value: JsonValue) -> str:
    """Take text and nothing else. Far too long is refused before any work is spent on it."""
    if not isinstance(value, str):
        raise RefusedValueError("wrong_type")
    if len(value) > 4 * field.character_limit + 100:
        raise RefusedValueError("too_long")
    return value


def clean_text(field: Field, value: JsonValue, _: Occasion) -> str | None:
    """Clean a single line."""
    return limit_text(field, clean_line(read_text(field, value)))


def clean_long_text(field: Field, value: JsonValue, _: Occasion) -> str | None:
    """Clean several lines; an address is one of these, kept as given: no country's layout fits another's."""
    return limit_text(field, clean_lines(read_text(field, value)))


def limit_text(field: Field, text: str) -> str | None:
    """Hold a text to its field's limits."""
    check_length(text, field.character_limit, field.byte_limit)
    return text or None


def clean_mail(field: Field, value: JsonValue, _: Occasion) -> str | None:
    """Clean an e-mail address."""
    text = read_text(field, value)
    return limit_text(field, clean_email(text)) if text.strip() else None


def clean_number(field: Field, value: JsonValue, occasion: Occasion) -> str | None:
    """Clean a phone number."""
    text = read_text(field, value)
    return limit_text(field, clean_phone(text, occasion.region)) if text.strip() else None


def clean_integer(field: Field, value: JsonValue, occasion: Occasion) -> int | None:
    """Clean a whole number, a score or a year of birth, typed in any script's digits."""
    if value == "":
        return None
    number = read_integer(value)
    least, most = field.bounds
    if not least <= number <= most:
        raise RefusedValueError("out_of_range")
    if field.name == BIRTH_YEAR and number > occasion.today.year:
        raise RefusedValueError("in_future")
    return number


def read_integer(value: JsonValue) -> int:
    """Take an integer, 2.0 (JSON knows no difference) or digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    if isinstance(value, str):
        if WHOLE_NUMBER.fullmatch(value.strip()):
            return int(value)
        raise RefusedValueError("invalid")
    raise RefusedValueError("invalid" if isinstance(value, Decimal) else "wrong_type")


def clean_date(field: Field, value: JsonValue, occasion: Occasion) -> str | None:
    """Clean a day, year-month-day. One day ahead still counts as past: it is tomorrow east of us already."""
    text = read_text(field, value).strip()
    if not text:
        return None
    text = "".join(str(decimal(sign)) if sign.isdecimal() else sign for sign in text)
    day = read_date(text)
    if day.year not in YEARS:
        raise RefusedValueError("out_of_range")
    if field.past and day > occasion.today + timedelta(days=1):
        raise RefusedValueError("in_future")
    return day.isoformat()


def read_date(text: str) -> date:
    """Read an ISO 8601 calendar date that exists."""
    try:
        if ISO_DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:  # the 30th of February
        pass
    raise RefusedValueError("invalid")


def clean_choice(field: Field, value: JsonValue, _: Occasion) -> str | None:
    """Take one of the options."""
    if not isinstance(value, str):
        raise RefusedValueError("wrong_type")
    if value and value not in {option.value for option in field.options}:
        raise RefusedValueError("not_a_choice")
    return value or None


def clean_ranking(field: Field, value: JsonValue, occasion: Occasion) -> list[str] | None:
    """Take some of the options in the order given; one alone may come as plain text."""
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list):
        raise RefusedValueError("wrong_type")
    least, most = field.bounds
    if len(given) > len(field.options) + most:  # before looking at each of ten thousand
        raise RefusedValueError("too_many")
    picked = [picked for each in given if (picked := clean_choice(field, each, occasion))]
    if len(set(picked)) != len(picked):
        raise RefusedValueError("repeated")
    if picked and not least <= len(picked) <= most:
        raise RefusedValueError("too_few" if len(picked) < least else "too_many")
    return picked or None


def clean_choices(field: Field, value: JsonValue, occasion: Occasion) -> list[str] | None:
    """Take some of the options; their order says nothing, so it is the form's."""
    picked = clean_ranking(field, value, occasion) or []
    return [option.value for option in field.options if option.value in picked] or None


CLEANERS: dict[str, Callable[[Field, JsonValue, Occasion], JsonValue]] = {
    "text": clean_text,
    "long_text": clean_long_text,
    "address": clean_long_text,
    "email": clean_mail,
    "phone": clean_number,
    "integer": clean_integer,
    "score": clean_integer,
    "date": clean_date,
    "choice": clean_choice,
    "choices": clean_choices,
    "ranking": clean_ranking,
}
