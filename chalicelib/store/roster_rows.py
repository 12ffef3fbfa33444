"""The list of names: its key, and its parts, each of some thousand customers.

table      pk               sk         holds
keys       roster                      `sealed`: the key of the list, `run`: its name; `draft` and `draft_run`: those of
                                       the list that a walk is making
customers  roster#<run>     part#<n>   lines, sealed under the list's key; they go by themselves after some days

Forgetting anybody deletes the row of the key: both lists, which name that customer, are unreadable at once. The next
walk makes a new one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from chalicelib.shop.periods import KEEP_NAMES
from chalicelib.store.keys import Keys, name_row
from chalicelib.store.table import Part, Row, Table, expire_at

ROSTER, PART = "roster", "part#"


@dataclass(frozen=True)
class RosterKey:
    """The list that is in use and the one being made: their names, or ""."""

    run: str = ""
    draft: str = ""


@dataclass(frozen=True)
class RosterRows:
    """Reads and builds these rows."""

    table: Table
    keys: Keys

    def read_names(self) -> RosterKey:
        """Return which lists have a key, read consistently; no key is opened."""
        row = self.read_row()
        return RosterKey(str(row.get("run", "")), str(row.get("draft_run", "")))

    def open_key(self, run: str) -> bytes | None:
        """Return the key of a list, in use or being made, or None where it was destroyed."""
        row = self.read_row()
        for name, sealed in (("run", "sealed"), ("draft_run", "draft")):
            if row.get(name) == run:
                return self.keys.root.open_secret(ROSTER, bytes(row[sealed]))
        return None

    def begin_draft(self, run: str, key: bytes) -> None:
        """Keep the key of a list that is being made."""
        change = "SET draft = :draft, draft_run = :run"
        self.keys.table.change_item(name_row(ROSTER), change, draft=self.keys.root.seal_secret(ROSTER, key), run=run)

    def publish_draft(self, run: str) -> bool:
        """Put the list that was made in use; return False where its key was destroyed meanwhile."""
        change = "SET sealed = draft, #run = draft_run REMOVE draft, draft_run"
        return self.keys.table.change_item(name_row(ROSTER), change, "draft_run = :run", run=run)

    def destroy_key(self) -> Part:
        """Return the part that makes both lists unreadable."""
        return self.keys.table.delete_part(name_row(ROSTER))

    def write_part(self, run: str, number: int, sealed: bytes, now: datetime) -> Part:
        """Return the part that keeps some lines."""
        return self.table.put_part({**name_part(run, number), "sealed": sealed, **expire_at(now + KEEP_NAMES)})

    def list_parts(self, run: str) -> Iterator[tuple[str, bytes]]:
        """Yield (sort key, sealed lines) of a list."""
        for row in self.table.query_items(f"{ROSTER}#{run}", PART):
            yield row["sk"], bytes(row["sealed"])

    def drop_parts(self, run: str) -> None:
        """Delete the lines of a list that is used no more."""
        rows = list(self.table.query_items(f"{ROSTER}#{run}", PART))
        for row in rows:
            self.table.delete_item({"pk": row["pk"], "sk": row["sk"]})

    def read_row(self) -> Row:
        return self.keys.table.read_item(name_row(ROSTER)) or {}


def name_part(run: str, number: int) -> Row:
    return {"pk": f"{ROSTER}#{run}", "sk": f"{PART}{number:05}"}
