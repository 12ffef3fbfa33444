"""Rows of a record as plain values, which every kind of file can show."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum

from chalicelib.models import JsonValue, Model

Row = dict[str, JsonValue]


def dump_row(model: Model) -> Row:
    """Return a model as plain values; money stays a Decimal, which no table takes for a formula."""
    return {name: plain_value(value) for name, value in model.model_dump().items()}


def plain_value(value: JsonValue) -> JsonValue:
    """Return a value with times and words of ours as text."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(name): plain_value(part) for name, part in value.items()}
    return [plain_value(part) for part in value] if isinstance(value, list | tuple) else value


def write_time(moment: datetime | None) -> str | None:
    """Return a time as RFC 3339, or None."""
    return moment.isoformat() if moment else None
