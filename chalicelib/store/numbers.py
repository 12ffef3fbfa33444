"""Rows of the Customers table that the numbers over everybody are kept in: sums alone, which name nobody.

pk        sk            holds
numbers   result        when everybody was counted, the ledger's last entry then, how many pieces the sums have
numbers   piece#<n>     one piece of the sealed sums
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from chalicelib.models import utc_text
from chalicelib.store.stored_rows import MOST_SEALED
from chalicelib.store.table import Part, Row, Table

PK, RESULT, PIECE = "numbers", "result", "piece#"


@dataclass(frozen=True)
class StoredNumbers:
    """The sealed sums, when they were counted, and the number of the last erasure before the counting began."""

    sealed: bytes
    counted_at: datetime
    erasures: int


@dataclass(frozen=True)
class NumberRows:
    """Reads and builds these rows."""

    table: Table

    def read_result(self) -> StoredNumbers | None:
        """Return the latest result, read consistently, or None before the first."""
        rows = {row["sk"]: row for row in self.table.query_items(PK)}
        head = rows.get(RESULT)
        if head is None:
            return None
        sealed = b"".join(bytes(rows[name_piece(place)]["sealed"]) for place in range(int(head["pieces"])))
        return StoredNumbers(sealed, datetime.fromisoformat(head["counted_at"]), int(head["erasures"]))

    def read_moment(self) -> str:
        """Return when the latest result was counted, "" before the first; no sum is read."""
        return load_moment(self.table.read_item(name_row(RESULT)))

    def write_result(self, result: StoredNumbers) -> Iterator[Part]:
        """Yield the parts that replace the result; all of them belong into one transaction."""
        pieces = cut_pieces(result.sealed)
        head = {"counted_at": utc_text(result.counted_at), "erasures": result.erasures, "pieces": len(pieces)}
        yield self.table.put_part({**name_row(RESULT), **head})
        for place, piece in enumerate(pieces):
            yield self.table.put_part({**name_row(name_piece(place)), "sealed": piece})


def load_moment(head: Row | None) -> str:
    """Return when a result was counted, by its row `result`; "" where there is none."""
    return str((head or {}).get("counted_at", ""))


def cut_pieces(sealed: bytes) -> list[bytes]:
    """Return the pieces of a text that fit into one row each."""
    return [sealed[start : start + MOST_SEALED] for start in range(0, len(sealed), MOST_SEALED)]


def name_piece(place: int) -> str:
    return f"{PIECE}{place:02}"


def name_row(sort_key: str) -> Row:
    return {"pk": PK, "sk": sort_key}
