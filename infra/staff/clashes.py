"""Rows of an import that would join strangers: one id with several addresses; and one address with several ids.

The names of the rows lie as keyed hashes in a database that SQLite keeps in a file of its own and removes when it is
closed: a list of any length takes the same memory, and nothing personal lies on the disk.
"""

import csv
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import groupby, islice
from pathlib import Path

from chalicelib.models import Identity, IdentityKind
from infra.places import show_path

SHAPE = "CREATE TABLE named (id BLOB, email BLOB, line INTEGER)"
CACHE = "PRAGMA cache_size = -4096"  # KiB
KINDS = {  # in the file, and in words
    "one_id": ("id", "email", "of the customers' numbers have several addresses: strangers may become one customer"),
    "one_address": (
        "email",
        "id",
        "addresses have several customers' numbers: one person may become several customers",
    ),
}
FILE_LINES = 10**12  # a place is the number of a file times this, plus a line
FEW_FILES = 2  # what comes before the first, and one
MOST_GROUPS = 10  # that the report shows
MOST_LINES = 10  # of each


class Clashes:
    """The names of a file's rows, by their lines."""

    def __init__(self) -> None:
        self.key, self.files = secrets.token_bytes(32), [""]
        self.rows = sqlite3.connect("")  # "": a temporary file, removed when it is closed (sqlite.org/inmemorydb.html)
        self.rows.execute(CACHE)
        self.rows.execute(SHAPE)

    def __enter__(self) -> "Clashes":
        return self

    def __exit__(self, *_: object) -> None:
        self.rows.close()

    def begin_file(self, name: str) -> None:
        """Note whose lines follow."""
        self.files.append(name)

    def name_place(self, place: int) -> str:
        """Return a line as it is told: with its file where there are several."""
        file, line = divmod(place, FILE_LINES)
        return f"{line} of {self.files[file]}" if len(self.files) > FEW_FILES else str(line)

    def add(self, line: int, names: Iterable[Identity]) -> None:
        """Note the names of the row that begins at a line; only id and address together can clash."""
        found = {name.kind: self.hash_name(name.value) for name in names}
        if IdentityKind.ID in found and IdentityKind.EMAIL in found:
            place = (len(self.files) - 1) * FILE_LINES + line
            row = (found[IdentityKind.ID], found[IdentityKind.EMAIL], place)
            self.rows.execute("INSERT INTO named VALUES (?, ?, ?)", row)

    def hash_name(self, value: str) -> bytes:
        """Return the hash of a name under a key that this run alone has."""
        return blake2b(value.encode(), digest_size=16, key=self.key).digest()

    def list_lines(self, one: str, several: str) -> Iterator[tuple[int, int]]:
        """Yield (first place of the group, place) of the rows that share `one` (a column) and differ in `several`."""
        self.rows.execute(f"CREATE INDEX IF NOT EXISTS by_{one} ON named ({one}, {several}, line)")
        groups = f"SELECT {one}, min(line) AS first FROM named GROUP BY {one} HAVING count(DISTINCT {several}) > 1"
        query = f"SELECT first, line FROM named JOIN ({groups}) USING ({one}) ORDER BY first, line"
        yield from self.rows.execute(query)

    def write_report(self, path: Path) -> str:
        """Write the lines of every clash to a file; return what to print of them, or "" for none."""
        told = []
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(("kind", "first_line_of_group", "line"))
            for kind, (one, several, words) in KINDS.items():
                for places in self.list_lines(one, several):
                    rows.writerow((kind, *map(self.name_place, places)))
                told += self.tell_kind(one, several, words)
        return "\n".join([*told, f"  All of their lines: {show_path(path)}"]) if told else ""

    def tell_kind(self, one: str, several: str, words: str) -> list[str]:
        """Return the lines of the report about one kind of clash."""
        groups = groupby(self.list_lines(one, several), lambda row: row[0])
        lines = [write_group([self.name_place(place) for _, place in rows]) for _, rows in islice(groups, MOST_GROUPS)]
        rest = sum(1 for _ in groups)
        more = [f"      and {rest} more"] if rest else []
        return [f"{len(lines) + rest} {words}", *lines, *more] if lines else []


def write_group(lines: list[str]) -> str:
    """Return the lines of rows that clash, in words."""
    rest = f" and {len(lines) - MOST_LINES} more" if len(lines) > MOST_LINES else ""
    return f"      lines {', '.join(lines[:MOST_LINES])}{rest}"
