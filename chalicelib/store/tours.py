"""Rows of the Desk table about tours: somebody at the desk has the service meet every customer, a page at a time.

    pk            sk               holds
    tour#<id>     tour             `kind`, `goal`, who began it, what is asked for (`columns`, `purpose`, `group`), the
                                   place in the queue of reviews (`cursor`), counts, `version`, `over`, `expires_at`
    tour#<id>     part#<number>    lines of a list, sealed under a key that only the session's cookie holds, and
                                   `expires_at`

The rows of a tour end an hour after it began, also where DynamoDB has not removed them yet. They hold no personal data
that anybody can open without the cookie of the session that began it.
"""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.models import utc_text
from chalicelib.store.table import NEW, Part, Row, Table, expire_at

LASTS = timedelta(hours=1)


class TourKind(StrEnum):
    """What a tour is for."""

    LIST = "list"  # a list of customers, to be downloaded
    RETENTION = "retention"  # how much retention would delete now
    WORDS = "words"  # what customers wrote beside their score


@dataclass(frozen=True)
class Tour:
    """One tour; `session` is the hash of the token of the session that began it. `counts` are by name."""

    id: str
    kind: TourKind
    goal: str
    staff_id: str
    session: str
    made: datetime
    columns: tuple[str, ...] = ()
    purpose: str = ""
    group: str = ""
    cursor: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    parts: int = 0
    version: int = 0
    over: bool = False


@dataclass(frozen=True)
class Tours:
    """Reads and builds these rows."""

    table: Table

    def write_tour(self, tour: Tour) -> Part:
        """Return the part that replaces a tour which is still at the version of `tour`; 0 where there is none yet."""
        row = {
            **name_row(tour.id),
            "kind": tour.kind.value,
            "goal": tour.goal,
            "staff": tour.staff_id,
            "session": tour.session,
            "made": utc_text(tour.made),
            "columns": " ".join(tour.columns),
            "purpose": tour.purpose,
            "group": tour.group,
            "cursor": tour.cursor,
            "counts": dict(tour.counts),
            "parts": tour.parts,
            "over": tour.over,
            **expire_at(tour.made + LASTS),
        }
        return self.table.put_version_part(row, tour.version)

    def read_tour(self, tour_id: str, session: str, now: datetime) -> Tour | None:
        """Return a tour of this session, or None for another session's tour and for one whose hour is over."""
        row = self.table.read_item(name_row(tour_id))
        tour = None if row is None else load_tour(row)
        return tour if tour and tour.session == session and now < tour.made + LASTS else None

    def write_part(self, tour: Tour, number: int, sealed: bytes) -> Part:
        """Return the part that keeps sealed lines of a list."""
        row = {"pk": f"tour#{tour.id}", "sk": name_part(number), "sealed": sealed, **expire_at(tour.made + LASTS)}
        return self.table.put_part(row, NEW)

    def list_parts(self, tour_id: str, numbers: range) -> Iterator[tuple[int, bytes]]:
        """Yield the sealed lines of some parts, by number, in order."""
        keys: list[Row] = [{"pk": f"tour#{tour_id}", "sk": name_part(number)} for number in numbers]
        found = {row["sk"]: bytes(row["sealed"]) for row in self.table.read_items(keys)}
        yield from ((number, found[name_part(number)]) for number in numbers if name_part(number) in found)

    def end_tour(self, tour: Tour) -> None:
        """Delete a tour and its lines."""
        keys: list[Row] = [{"pk": f"tour#{tour.id}", "sk": name_part(number)} for number in range(1, tour.parts + 1)]
        self.table.delete_items([*keys, name_row(tour.id)])


def make_tour_id() -> str:
    return secrets.token_urlsafe(16)


def name_row(tour_id: str) -> Row:
    return {"pk": f"tour#{tour_id}", "sk": "tour"}


def name_part(number: int) -> str:
    return f"part#{number:05}"


def load_tour(row: Row) -> Tour:
    """Return a tour from its row."""
    return Tour(
        id=row["pk"].removeprefix("tour#"),
        kind=TourKind(row["kind"]),
        goal=row["goal"],
        staff_id=row["staff"],
        session=row["session"],
        made=datetime.fromisoformat(row["made"]),
        columns=tuple(row["columns"].split()),
        purpose=row["purpose"],
        group=row.get("group", ""),
        cursor=row["cursor"],
        counts={name: int(count) for name, count in row["counts"].items()},
        parts=int(row["parts"]),
        version=int(row["version"]),
        over=row["over"],
    )
