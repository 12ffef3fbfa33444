"""Dates of the solar Hijri calendar, which Persian readers use."""

from datetime import date, timedelta

FIRST_YEAR = 1304
FIRST_DAY = date(1925, 3, 21)  # 1 Farvardin 1304: Iran took the calendar in that year
# The years of 366 days in a cycle of 33 (the arithmetic rule; it agrees with the astronomical one until 1503, 2124).
LEAP = frozenset({1, 5, 9, 13, 17, 22, 26, 30})


def solar_date(day: date) -> tuple[int, int, int]:
    """Return year, month and day; ValueError for days before 1304 (21 March 1925)."""
    if day < FIRST_DAY:
        raise ValueError("the solar Hijri calendar is counted from 1925-03-21 here")
    year, start = FIRST_YEAR, FIRST_DAY
    while (after := start + timedelta(days=count_days(year))) <= day:
        year, start = year + 1, after
    month, rest = 1, (day - start).days
    while rest >= (length := 31 if month <= 6 else 30):
        month, rest = month + 1, rest - length
    return year, month, rest + 1


def count_days(year: int) -> int:
    """Return the days of a solar Hijri year."""
    return 366 if year % 33 in LEAP else 365
