"""Months and weeks as text, such as `2026-03` and `2026-W09`, in UTC: they sort as time does."""

from collections.abc import Iterator
from datetime import UTC, datetime

LAST_MONTH = 12
MONTHS_BACK = 24  # how far a choice of months reaches


def name_month(moment: datetime) -> str:
    """Return the month of a moment."""
    return f"{moment.astimezone(UTC):%Y-%m}"


def list_months(since: str, until: str) -> Iterator[str]:
    """Yield every month from one to another."""
    year, month = (int(part) for part in since.split("-"))
    while (name := f"{year}-{month:02d}") <= until:
        yield name
        year, month = (year, month + 1) if month < LAST_MONTH else (year + 1, 1)


def list_latest(now: datetime) -> list[str]:
    """Return the last MONTHS_BACK months, that of a moment first."""
    year, month = divmod(now.year * LAST_MONTH + now.month - MONTHS_BACK, LAST_MONTH)
    return list(list_months(f"{year}-{month + 1:02d}", name_month(now)))[::-1]


def name_week(moment: datetime) -> str:
    """Return the ISO week of a moment."""
    year, week, _ = moment.astimezone(UTC).isocalendar()
    return f"{year}-W{week:02d}"
