"""The hours at which mail may be sent, in local time."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, model_validator

from chalicelib.models import Model

CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")
# A name as the IANA database writes it. No other text from a visitor reaches the file system.
ZONE_NAME = re.compile(r"[A-Z][A-Za-z0-9_+-]{0,31}(/[A-Za-z0-9_+-]{1,31}){0,2}")
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
# One weekday may be allowed, and that day's window may fall into the hour that the clocks skip.
DAYS_AHEAD = 15


def parse_clock(value: Any) -> int:
    """Read `HH:MM`, up to 24:00, as minutes after midnight."""
    if not isinstance(value, str) or not CLOCK.fullmatch(value):
        raise ValueError("not a time of day such as 09:00")
    hours, minutes = value.split(":")
    return int(hours) * 60 + int(minutes)


Minute = Annotated[int, BeforeValidator(parse_clock)]


class Window(Model):
    """From `opens` until before `closes`; past midnight where it closes earlier than it opens.

    `days` are those on which it opens.
    """

    opens: Minute
    closes: Minute
    days: tuple[Weekday, ...] = WEEKDAYS

    @model_validator(mode="after")
    def check_opening(self) -> "Window":
        """Refuse a window that never opens."""
        if self.opens in (self.closes, 1440):
            raise ValueError("the window never opens: opens and closes are the same (all day is 00:00 to 24:00)")
        if not self.days:
            raise ValueError("the window never opens: days is empty")
        return self

    def reads_open(self, wall: datetime) -> bool:
        """Return whether the window is open when the wall clock reads this."""
        minute = wall.hour * 60 + wall.minute
        if self.opens < self.closes:
            return self.opens <= minute < self.closes and WEEKDAYS[wall.weekday()] in self.days
        opened = wall.weekday() if minute >= self.opens else wall.weekday() - 1
        return (minute >= self.opens or minute < self.closes) and WEEKDAYS[opened] in self.days


def find_opening(window: Window, zone: tzinfo, moment: datetime) -> datetime:
    """Return the earliest moment, this one or later, at which the window is open there; in UTC."""
    wall = moment.astimezone(zone)
    if window.reads_open(wall):
        return moment.astimezone(UTC)
    for ahead in range(DAYS_AHEAD):
        for start in list_starts(window, zone, wall.date() + timedelta(days=ahead)):
            if start >= moment and window.reads_open(start.astimezone(zone)):
                return start
    raise ValueError("the window does not open")


def list_starts(window: Window, zone: tzinfo, day: date) -> list[datetime]:
    """Return when the window may become open on a day: its hour (both where it comes twice), and a change of clocks."""
    hour = datetime.combine(day, time(*divmod(window.opens, 60)), zone)
    dawn = datetime.combine(day, time(), zone)
    dusk = datetime.combine(day + timedelta(days=1), time(), zone)
    if dawn.utcoffset() == dusk.utcoffset():
        return [hour.astimezone(UTC)]
    # From a day before: where the clocks skip midnight, `dawn` is read as a moment after the change.
    change = find_change(zone, dawn.astimezone(UTC) - timedelta(days=1), dusk.astimezone(UTC))
    return sorted((hour.astimezone(UTC), hour.replace(fold=1).astimezone(UTC), change))


def find_change(zone: tzinfo, before: datetime, after: datetime) -> datetime:
    """Return the first moment of a new UTC offset between two moments in UTC; clocks change on a full second."""
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        same = middle.astimezone(zone).utcoffset() == old
        before, after = (middle, after) if same else (before, middle)
    return after


@lru_cache(maxsize=1024)
def find_zone(name: str) -> tzinfo | None:
    """Return the time zone of that IANA name, or None; UTC needs no database."""
    if name == "UTC":
        return UTC
    if not ZONE_NAME.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):  # unknown, no time zone, a folder of them
        return None
