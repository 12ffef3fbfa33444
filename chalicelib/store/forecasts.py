"""Rows of the Desk table that hold a count of the next weeks while it is being made: one for each member of staff.

    pk                     sk         holds
    forecast#<staff id>    forecast   at: the moment that is counted from; cursor: whom the next step begins with, "" at
                                      the end; met, most: how many customers were met, and how many there are; unread:
                                      how many records could not be read; counts: mails by campaign, state and week, as
                                      JSON; version; expires_at

It names no customer but the one whom the next step begins with, by a random id.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.models import utc_text
from chalicelib.store.table import Part, Row, Table, expire_at

KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Forecast:
    """A count of the next weeks. `over` says that everybody was met; `version` is 0 for one not stored yet."""

    staff_id: str
    at: str
    cursor: str = ""
    met: int = 0
    most: int = 0
    unread: int = 0
    counts: str = "{}"
    over: bool = False
    version: int = 0


@dataclass(frozen=True)
class Forecasts:
    """Reads and builds these rows."""

    table: Table

    def read_forecast(self, staff_id: str, now: datetime) -> Forecast | None:
        """Return a member's count, or None where there is none or it is too old."""
        row = self.table.read_item(name_row(staff_id))
        if row is None or row["expires_at"] <= now.timestamp():
            return None
        numbers = {name: int(row.get(name, 0)) for name in ("met", "most", "unread", "version")}
        return Forecast(staff_id, row["at"], row["cursor"], counts=row["counts"], over=row["over"], **numbers)

    def begin_forecast(self, staff_id: str, most: int, now: datetime) -> Part:
        """Return the part that begins a count, in place of an earlier one."""
        old = self.read_forecast(staff_id, now)
        new = Forecast(staff_id, utc_text(now), most=most, version=old.version if old else 0)
        return self.table.put_part({**dump_forecast(new), "version": new.version + 1})

    def write_forecast(self, forecast: Forecast) -> Part:
        """Return the part that replaces a count which is still at its version."""
        return self.table.put_version_part(dump_forecast(forecast), forecast.version)


def dump_forecast(forecast: Forecast) -> Row:
    """Return a row's attributes, without its version."""
    return {
        **name_row(forecast.staff_id),
        "at": forecast.at,
        "cursor": forecast.cursor,
        "met": forecast.met,
        "most": forecast.most,
        "unread": forecast.unread,
        "counts": forecast.counts,
        "over": forecast.over,
        **expire_at(datetime.fromisoformat(forecast.at) + KEPT),
    }


def name_row(staff_id: str) -> Row:
    return {"pk": f"forecast#{staff_id}", "sk": "forecast"}
