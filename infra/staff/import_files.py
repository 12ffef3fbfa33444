"""The files of an import: one, those of a folder, or those in a zip; each as it is or gzipped (.gz), also in UTF-16.

Nothing is unpacked onto the disk: each file is read through to its end.
"""

import codecs
import gzip
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from chalicelib.imports.column_map import ImportMap
from chalicelib.imports.csv_rows import BOM, Table, open_table
from chalicelib.imports.json_lines import open_lines
from chalicelib.imports.reasons import FileRefusedError

ENDINGS = {".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson"}
WORD = re.compile(r"[^\W_]+")
WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
FIRST_DAY = (1980, 1, 1)  # the count of MS-DOS dates begins here
LOCKED = 0x1  # a bit of a zip's entry: it has a password (APPNOTE.TXT, 4.4.4)


@dataclass(frozen=True)
class ImportFile:
    """One file. `size` is in bytes, before a gzip is unpacked; `day` is when it was last changed, in UTC."""

    name: str
    size: int
    day: date
    begin: Callable[[], BinaryIO]

    @property
    def word(self) -> str:
        """Return the first word of the file's name: Mailchimp writes the state of all rows there."""
        found = WORD.search(PurePosixPath(self.name).name)
        return found[0].casefold() if found else ""

    @contextmanager
    def open_bytes(self) -> Iterator[BinaryIO]:
        """Open the file: its bytes, unpacked and in UTF-8."""
        with self.begin() as raw:
            file = cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if self.name.endswith(".gz") else raw
            head = file.read(4)
            file.seek(0)
            wide = head.startswith(WIDE) and head != codecs.BOM_UTF32_LE
            yield cast(BinaryIO, codecs.EncodedFile(file, "utf-8", "utf-16", errors="replace")) if wide else file


def list_files(path: Path) -> list[ImportFile]:
    """Return the files behind a path, in order of their names; raise FileRefusedError for none."""
    if path.is_dir():
        found = [make_file(each, path) for each in sorted(path.rglob("*")) if each.is_file() and is_list(each.name)]
    elif zipfile.is_zipfile(path):
        found = list(list_entries(path))
    else:
        return [make_file(path, path.parent)]
    if not found:
        raise FileRefusedError(f"No file in it ends in {', '.join(sorted(ENDINGS))}, alone or before .gz.")
    return found


def is_list(name: str) -> bool:
    """Return whether a file of a folder or zip is read, by its name."""
    pure = PurePosixPath(name.removesuffix(".gz"))
    return pure.suffix.lower() in ENDINGS and not pure.name.startswith(".")


def make_file(path: Path, folder: Path) -> ImportFile:
    """Return a file of the disk; raise OSError."""
    held = path.stat()
    return ImportFile(str(path.relative_to(folder)), held.st_size, find_day(path), lambda: path.open("rb"))


def find_day(path: Path) -> date:
    """Return the day, in UTC, on which a file of the disk was last changed."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).date()


def list_entries(path: Path) -> Iterator[ImportFile]:
    """Yield the files of a zip in order of their names; raise FileRefusedError for one with a password."""
    archive = zipfile.ZipFile(path)
    for entry in sorted(archive.infolist(), key=lambda entry: entry.filename):
        if entry.is_dir() or not is_list(entry.filename) or entry.filename.startswith("__MACOSX/"):
            continue
        if entry.flag_bits & LOCKED:
            raise FileRefusedError("The zip has a password: unpack it, and give the folder.")
        yield ImportFile(entry.filename, entry.file_size, date_entry(entry, path), begin_entry(archive, entry))


def date_entry(entry: zipfile.ZipInfo, path: Path) -> date:
    """Return the day of a file in a zip; that of the zip itself where none was written (APPNOTE.TXT, 4.4.6)."""
    year, month, day = entry.date_time[:3]
    return find_day(path) if (year, month, day) <= FIRST_DAY or not month or not day else date(year, month, day)


def begin_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    """Return how to open one file of a zip."""
    return lambda: cast(BinaryIO, archive.open(entry))


def open_rows(file: BinaryIO, rules: ImportMap) -> Table:
    """Return the rows of a CSV file or of one with JSON lines, by its first sign; raise FileRefusedError."""
    first = file.read(64).removeprefix(BOM).lstrip()[:1]
    file.seek(0)
    if first == b"[":
        raise FileRefusedError("It is one JSON list: write one object a line, as jq -c '.[]' does.")
    if first == b"{":
        return open_lines(file, rules.named, rules.wanted)
    return open_table(file, rules.wanted, rules.delimiter)
