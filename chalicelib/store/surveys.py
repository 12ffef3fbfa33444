"""Rows of the Customers table that anonymous surveys are kept in. They name a form, a week, and no person.

pk              sk                holds
survey#<form>   key#<week>        the key of that week's boxes, sealed by the root key
survey#<form>   box#<week>#<n>    answers of the week, sealed, in no order; `version` counts its changes
votes#<form>    key#counts        of a survey that only counts: the key of its counts, sealed by the root key
votes#<form>    counts            how often each option was picked, sealed; `version` counts the changes

Keys and boxes of a week go together, by TTL. Counts stay.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from chalicelib.store.across import read_newest
from chalicelib.store.table import NEW, Part, Row, Table, expire_at

SURVEY, VOTES = "survey#", "votes#"
KEY, BOX, COUNTS = "key#", "box#", "counts"


@dataclass(frozen=True)
class SealedBox:
    """One row as stored: its sort key, what it holds, and its version, 0 for one not stored yet."""

    name: str
    sealed: bytes
    version: int


@dataclass(frozen=True)
class SurveyRows:
    """Reads and builds these rows."""

    table: Table

    def read_key(self, form: str, period: str) -> bytes | None:
        """Return the sealed key of a week, or of the counts, read consistently."""
        row = self.table.read_item(name_row(form, KEY + period))
        return None if row is None else bytes(row["sealed"])

    def write_key(self, form: str, period: str, sealed: bytes, until: datetime | None) -> Part:
        """Return the part that keeps a new key; it fails the transaction where another process was faster."""
        return self.table.put_part({**name_row(form, KEY + period), "sealed": sealed, **end_row(until)}, NEW)

    def list_keys(self, form: str) -> dict[str, bytes]:
        """Return the sealed keys of a survey, by week."""
        rows = self.table.query_items(SURVEY + form, KEY)
        return {row["sk"].removeprefix(KEY): bytes(row["sealed"]) for row in rows}

    def read_counts(self, form: str) -> SealedBox | None:
        """Return the counts of a survey, read consistently."""
        return self.read_box(form, COUNTS)

    def read_box(self, form: str, name: str) -> SealedBox | None:
        """Return one box, read consistently, or None."""
        row = self.table.read_item(name_row(form, name))
        return None if row is None else load_box(row)

    def read_last(self, form: str, week: str) -> SealedBox | None:
        """Return the box of a week with the highest number, read consistently, or None."""
        rows = read_newest(self.table, SURVEY + form, f"{BOX}{week}#", most=1)
        return load_box(rows[0]) if rows else None

    def list_boxes(self, form: str, week: str = "") -> Iterator[SealedBox]:
        """Yield the boxes of a survey, or of one of its weeks, read consistently, by week and number."""
        for row in self.table.query_items(SURVEY + form, f"{BOX}{week}#" if week else BOX):
            yield load_box(row)

    def write_box(self, form: str, box: SealedBox, until: datetime | None = None) -> Part:
        """Return the part that replaces a box, or the counts, if nobody changed it since it was read."""
        return self.table.put_version_part(
            {**name_row(form, box.name), "sealed": box.sealed, **end_row(until)}, box.version
        )


def name_box(week: str, number: int) -> str:
    """Return the sort key of a week's box."""
    return f"{BOX}{week}#{number:05}"


def read_number(name: str) -> int:
    """Return the number in the sort key of a box."""
    return int(name.rpartition("#")[2])


def read_week(name: str) -> str:
    """Return the week in the sort key of a box."""
    return name.split("#")[1]


def end_row(until: datetime | None) -> dict[str, int]:
    return {} if until is None else expire_at(until)


def load_box(row: Row) -> SealedBox:
    return SealedBox(row["sk"], bytes(row["sealed"]), int(row["version"]))


def name_row(form: str, sort_key: str) -> Row:
    kind = VOTES if sort_key.endswith(COUNTS) else SURVEY
    return {"pk": kind + form, "sk": sort_key}
