"""Rows of the Customers table about the walk over everybody: where it is, and what was added up so far.

pk      sk             holds
walk    walk           when the latest walk began and ended, and whether it is under way; `version`: one run at a time
walk    asked          when somebody last asked for a walk before its time
walk    state#<name>#<n>   sealed, in pieces: what one consumer has added up while a walk is under way, and the place of
                           the walk; `pieces` is how many there are
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from chalicelib.models import utc_text
from chalicelib.store.numbers import cut_pieces
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
        pieces: dict[str, list[Row]] = {}
        for row in self.table.query_items(WALK, STATE):
            pieces.setdefault(row["sk"].removeprefix(STATE).rpartition("#")[0], []).append(row)
        for name, rows in pieces.items():
            yield name, b"".join(bytes(row["sealed"]) for row in rows[: int(rows[0]["pieces"])])

    def write_state(self, name: str, sealed: bytes) -> list[Part]:
        """Return the parts that keep a state."""
        pieces = cut_pieces(sealed)
        return [
            self.table.put_part({**name_state(name, place), "sealed": piece, "pieces": len(pieces)})
            for place, piece in enumerate(pieces)
        ]

    def drop_states(self, names: Iterable[str]) -> None:
        """Delete what consumers added up; a crash before leaves rows that the next walk replaces."""
        kept = tuple(f"{STATE}{name}#" for name in names)
        self.table.delete_items(
            name_row(row["sk"]) for row in self.table.query_items(WALK, STATE) if row["sk"].startswith(kept)
        )


def name_state(name: str, place: int) -> Row:
    return name_row(f"{STATE}{name}#{place:02}")


def name_row(sort_key: str) -> Row:
    return {"pk": WALK, "sk": sort_key}
