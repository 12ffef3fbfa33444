"""Values in a sender's JSON. Each may be missing, null or of another type; no function here raises for that."""

import re
from datetime import UTC, datetime
from decimal import Decimal

from chalicelib.models import JsonValue

LAST_SECOND = 253_402_300_800  # the year 10000 begins: `datetime` ends before it
COUNTRY = re.compile(r"[A-Za-z]{2}")
AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")


def get_path(body: JsonValue, *path: str) -> JsonValue:
    """Return the value at a path of names, or None."""
    for name in path:
        body = body.get(name) if isinstance(body, dict) else None
    return body


def read_text(body: JsonValue, *path: str) -> str:
    """Return a text without outer spaces, or ""."""
    leaf = get_path(body, *path)
    return leaf.strip() if isinstance(leaf, str) else ""


def read_id(body: JsonValue, *path: str) -> str:
    """Return an id as text, or "": ids are beyond 2**53, and some senders write them as text. 0 is no id."""
    leaf = get_path(body, *path)
    if isinstance(leaf, int) and not isinstance(leaf, bool):
        return str(leaf) if leaf else ""
    return leaf.strip() if isinstance(leaf, str) else ""


def read_part(body: JsonValue, *path: str) -> dict[str, JsonValue]:
    """Return an object, or an empty one."""
    leaf = get_path(body, *path)
    return leaf if isinstance(leaf, dict) else {}


def read_parts(body: JsonValue, *path: str) -> list[dict[str, JsonValue]]:
    """Return the objects in a list; anything else in it is left out."""
    leaf = get_path(body, *path)
    return [part for part in leaf if isinstance(part, dict)] if isinstance(leaf, list) else []


def read_amount(body: JsonValue, *path: str) -> Decimal:
    """Return an amount of money, written as a number or as text, or 0."""
    leaf = get_path(body, *path)
    if isinstance(leaf, bool) or not isinstance(leaf, int | str | Decimal):
        return Decimal(0)
    text = f"{leaf:f}" if isinstance(leaf, Decimal) else str(leaf).strip()
    return Decimal(text) if AMOUNT.fullmatch(text) else Decimal(0)


def read_count(body: JsonValue, *path: str) -> int:
    """Return a whole number, at least 0, or 1 where there is none."""
    leaf = get_path(body, *path)
    return max(0, leaf) if isinstance(leaf, int) and not isinstance(leaf, bool) else 1


def read_time(body: JsonValue, *path: str) -> datetime | None:
    """Return RFC 3339 text as aware UTC, or None; nanoseconds are cut, and a time without a zone gives None."""
    leaf = get_path(body, *path)
    return parse_time(leaf) if isinstance(leaf, str) else None


def parse_time(text: str) -> datetime | None:
    """Return RFC 3339 text as aware UTC, or None."""
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):  # the first and the last day of `datetime` may have no time in UTC
        return None


def read_seconds(body: JsonValue, *path: str) -> datetime | None:
    """Return unix seconds as aware UTC, or None."""
    leaf = get_path(body, *path)
    whole = isinstance(leaf, int) and not isinstance(leaf, bool) and 0 <= leaf < LAST_SECOND
    return datetime.fromtimestamp(leaf, UTC) if whole else None


def choose_country(*codes: str) -> str:
    """Return the first text that has the form of an ISO 3166 alpha-2 code, in capitals, or ""."""
    return next((code.upper() for code in codes if COUNTRY.fullmatch(code)), "")


def choose_text(*texts: str) -> str:
    """Return the first text that is not empty, or ""."""
    return next((text for text in texts if text), "")


def join_texts(*texts: str, by: str = " ") -> str:
    """Join the texts that are not empty."""
    return by.join(text for text in texts if text)


def drop_blanks(fields: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Return the fields without None, empty texts and empty lists."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}
