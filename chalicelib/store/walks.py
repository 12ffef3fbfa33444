"""Rows of the Customers table about the walk over everybody: where it is, and what was added up so far.

pk      sk             holds
walk    walk           when the latest walk began and ended, and whether it is under way; `version`: one run at a time
walk    asked          when somebody last asked for a walk before its time
walk    state#<name>   sealed: what one consumer has added up while a walk is under way, and the place of the walk
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from chalicelib.errors import OversizeError
from chalicelib.models import utc_text
from chalicelib.store.people_rows import MOST_SEALED
from chalicelib.store.table import Part, Row, Table

WALK, ASKED, STATE = "walk", "asked", "state#"


@dataclass(frozen=True)
class WalkRow:
    """The latest walk; times are RFC 3339 UTC, or "" where there was none."""

    version: int = 0
    began_at: str = ""
    ended_at: str = ""
    is_open: bool = False


@dataclass(frozen=True)
class Walks:
    """Reads and builds these rows."""

    table: Table

    def read_row(self) -> WalkRow:
        """Return the latest walk, read consistently."""
        row = self.table.read_item(name_row(WALK)) or {}
        times = {name: str(row.get(name, "")) for name in ("began_at", "ended_at")}
        return WalkRow(version=int(row.get("version", 0)), is_open=bool(row.get("open", 0)), **times)

    def read_asked(self) -> str:
        """Return when a walk was last asked for, or ""."""
        row = self.table.read_item(name_row(ASKED))
        return "" if row is None else str(row["at"])

    def ask_walk(self, now: datetime) -> Part:
        """Return the part that asks for a walk: the next run of the function begins it."""
        return self.table.put_part({**name_row(ASKED), "at": utc_text(now)})

    def write_row(self, row: WalkRow) -> Part:
        """Return the part that writes a walk which is still at the version of `row`."""
        times = {"began_at": row.began_at, "ended_at": row.ended_at}
        return self.table.put_version_part({**name_row(WALK), **times, "open": int(row.is_open)}, row.version)

    def list_states(self) -> Iterator[tuple[str, bytes]]:
        """Yield (name, sealed state) of what was saved, read consistently."""
        for row in self.table.query_items(WALK, STATE):
            yield row["sk"].removeprefix(STATE), bytes(row["sealed"])

    def write_state(self, name: str, sealed: bytes) -> Part:
        """Return the part that keeps a state; raise OversizeError."""
        if len(sealed) > MOST_SEALED:
            raise OversizeError(name)
        return self.table.put_part({**name_row(f"{STATE}{name}"), "sealed": sealed})

    def delete_state(self, name: str) -> Part:
        return self.table.delete_part(name_row(f"{STATE}{name}"))


def name_row(sort_key: str) -> Row:
    return {"pk": WALK, "sk": sort_key}
