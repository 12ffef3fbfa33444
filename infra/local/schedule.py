"""When a schedule is due: EventBridge's rate(...) and cron(...) expressions, in UTC."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)", re.IGNORECASE)
CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")  # EventBridge counts from 1, Sunday first
LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199))


def read_expression(expression: Any) -> str:
    """Return a schedule as text; Chalice's Rate and Cron objects write themselves."""
    return expression if isinstance(expression, str) else str(expression.to_string())


def is_due(expression: str, last: datetime | None, now: datetime) -> bool:
    """Tell whether a schedule that last fired at `last` fires now. A rate fires at once when it never has.

    A clock that was moved back counts as due too: otherwise nothing would fire until it caught up.
    """
    if rate := RATE.fullmatch(expression):
        every = timedelta(**{f"{rate[2].lower()}s": int(rate[1])})
        return last is None or now < last or now - last >= every
    if cron := CRON.fullmatch(expression):
        minute = now.replace(second=0, microsecond=0)
        return matches_cron(cron.groups(), minute) and (last is None or last.replace(second=0, microsecond=0) != minute)
    raise ValueError(f"not a schedule: {expression}")


def matches_cron(fields: tuple[str, ...], minute: datetime) -> bool:
    """Tell whether a minute fits every field; L, W and # are not supported."""
    values = (minute.minute, minute.hour, minute.day, minute.month, minute.isoweekday() % 7 + 1, minute.year)
    return all(
        value in expand_field(field, *limits) for field, value, limits in zip(fields, values, LIMITS, strict=True)
    )


def expand_field(field: str, low: int, high: int) -> set[int]:
    """Return every value that a cron field allows: `*`, `?`, lists, ranges, steps and names."""
    allowed: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        if span in ("*", "?"):
            first, last = low, high
        else:
            start, dash, end = span.partition("-")
            first = read_name(start)
            last = read_name(end) if dash else (high if step else first)
        allowed.update(range(first, last + 1, int(step or 1)))
    return allowed


def read_name(text: str) -> int:
    """Read a number, or the name of a month or a day."""
    for names in (MONTHS, DAYS):
        if text.upper() in names:
            return names.index(text.upper()) + 1
    return int(text)


def build_firing(name: str, now: datetime) -> dict[str, Any]:
    """Return the event that EventBridge sends when a schedule fires."""
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": "us-east-1",
        "resources": [f"arn:aws:events:us-east-1:000000000000:rule/{name}"],
        "detail": {},
    }
