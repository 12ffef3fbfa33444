"""One cell of an import, cleaned as a form's answer is; an empty one is "" or None. Raises RefusedValueError."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal

from chalicelib.addresses import normalise_email
from chalicelib.forms.contacts import clean_email, clean_phone
from chalicelib.forms.field import LENGTHS
from chalicelib.forms.reasons import RefusedValueError
from chalicelib.forms.text import check_length, clean_line, clean_lines
from chalicelib.imports.column_map import ISO, ImportMap
from chalicelib.shop.dummies import is_dummy_email
from chalicelib.shop.standins import is_exponent, is_standin
from chalicelib.text import is_formula

PHONE = re.compile(r"\+[\d ()./-]{5,40}")
AMOUNTS = {  # by the sign before the fraction; the other sign, spaces and apostrophes may separate thousands
    ".": re.compile(r"-?(\d{1,3}([ ,'\u2019\u00a0\u202f]\d{3})+|\d+)(\.\d{1,4})?"),
    ",": re.compile(r"-?(\d{1,3}([ .'\u2019\u00a0\u202f]\d{3})+|\d+)(,\d{1,4})?"),
}
MOST_AMOUNT = Decimal(10) ** 9
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
CURRENCY = re.compile(r"[A-Z]{3}")
LONGEST_ID = 100
YEARS = range(1900, 2201)
AHEAD = timedelta(days=1)  # it is tomorrow east of us already


def refuse_formula(text: str) -> None:
    """Refuse what a spreadsheet would run, now or after an export."""
    if is_formula(text):
        raise RefusedValueError("formula")


def clean_text(text: str, kind: str = "text") -> str:
    """Clean a line (`text`) or several (`address`, `long_text`)."""
    refuse_formula(text)
    cleaned = clean_line(text) if kind == "text" else clean_lines(text)
    check_length(cleaned, LENGTHS[kind], 4 * LENGTHS[kind])
    return cleaned


def clean_id(text: str) -> str:
    """Clean a customer's or an order's number; a stand-in is an empty one."""
    if is_standin(text):
        return ""
    cleaned = clean_text(text)
    check_length(cleaned, LONGEST_ID, LONGEST_ID)
    return cleaned


def describe_standin(owner: str, text: str) -> str:
    """Return what stands in the place of the number of a customer or purchase (`owner`), without its value."""
    if is_exponent(text):
        return f"the {owner}'s number is damaged: a spreadsheet wrote it in exponent form; export it again as text"
    return f"the {owner}'s number is a stand-in, such as 0 or N/A"


def clean_address(text: str) -> str:
    """Clean an e-mail address; one of the till's dummies is an empty one."""
    refuse_formula(text)
    if is_dummy_email(normalise_email(text)):
        return ""
    check_length(text, LENGTHS["email"], 4 * LENGTHS["email"])
    return clean_email(text)


def clean_number(text: str, region: str) -> str:
    """Clean a phone number; a plus before nothing but digits is a country code and no formula.

    An apostrophe before it is how Shopify and spreadsheets mark a number as text.
    """
    text = text.strip().removeprefix("'")
    if not PHONE.fullmatch(text):
        refuse_formula(text)
    check_length(text, LENGTHS["phone"], 4 * LENGTHS["phone"])
    return clean_phone(text, region)


def clean_language(text: str) -> str:
    """Clean a language's code, such as `de` or `pt-BR`."""
    refuse_formula(text)
    return match_whole(LANGUAGE, text.strip().replace("_", "-"))


def clean_currency(text: str) -> str:
    """Clean a currency's code (ISO 4217)."""
    refuse_formula(text)
    return match_whole(CURRENCY, text.strip().upper())


def match_whole(pattern: re.Pattern[str], text: str) -> str:
    """Return text that matches a pattern; raise RefusedValueError."""
    if not pattern.fullmatch(text):
        raise RefusedValueError("invalid")
    return text


def clean_amount(text: str, fraction: str) -> Decimal:
    """Read an amount of money; `fraction` is the sign before its hundredths."""
    text = text.strip()
    if not AMOUNTS[fraction].fullmatch(text):
        refuse_formula(text)
        raise RefusedValueError("invalid")
    digits = "".join(sign for sign in text if sign.isdecimal() or sign in (fraction, "-")).replace(",", ".")
    amount = Decimal(digits)
    if not 0 <= amount < MOST_AMOUNT:
        raise RefusedValueError("out_of_range")
    return amount


def read_moment(text: str, rules: ImportMap, zone: tzinfo, now: datetime) -> datetime:
    """Read a day or a moment by the map's formats; a day is its first moment in the map's zone."""
    refuse_formula(text)
    found = {moment for form in rules.dates if (moment := parse_moment(text.strip(), form, zone))}
    if not found:
        raise RefusedValueError("invalid")
    if len(found) > 1:
        raise RefusedValueError("ambiguous")
    return check_moment(found.pop(), now)


def parse_moment(text: str, form: str, zone: tzinfo) -> datetime | None:
    """Read text by one format; None where it does not fit. Text with a zone of its own keeps that."""
    if not text.isascii() or len(text) > 40:
        return None
    try:
        moment = datetime.fromisoformat(text) if form == ISO else datetime.strptime(text, form)  # noqa: DTZ007
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def check_moment(moment: datetime, now: datetime) -> datetime:
    """Return a moment in UTC; refuse an impossible year and a moment in the future."""
    if moment.year not in YEARS:
        raise RefusedValueError("out_of_range")
    if moment > now + AHEAD:
        raise RefusedValueError("in_future")
    return moment.astimezone(UTC)


def start_day(day: date, zone: tzinfo) -> datetime:
    """Return a day's first moment in a zone."""
    return datetime.combine(day, time(), zone)
