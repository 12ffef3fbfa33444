"""Rows of a CSV file as RFC 4180 has them, one at a time: a file of any length takes the same memory.

A row ends where its quotes are even. A row that is too long is skipped to that end: from the middle of a quoted cell,
the text that a customer typed would be read as rows.
"""

import csv
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import BinaryIO
from unicodedata import normalize

from chalicelib.imports.reasons import FileRefusedError

LONGEST = 65_536  # bytes of one row
MOST_COLUMNS = 500
DELIMITERS = (",", ";", "\t", "|")
WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
BOM = b"\xef\xbb\xbf"
STRAY = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True)
class Record:
    """One row: its lines in the file, from 1; `reason` is a code where it has no cells."""

    first: int
    last: int
    cells: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Raw:
    """The bytes of one row, up to LONGEST + 1 of them, and whether its quotes were closed."""

    first: int
    last: int
    text: bytes
    closed: bool


@dataclass(frozen=True)
class Table:
    """A file's columns, in order, and the rows under them, still to be read."""

    columns: tuple[str, ...]
    records: Iterator[Record]
    seen: Collection[str] = ()  # every name that the file has, read or not


def open_table(file: BinaryIO, wanted: Collection[str], delimiter: str = "") -> Table:
    """Read the header; `wanted` are the columns that must be there. Raise FileRefusedError."""
    raws = split_rows(file)
    header = next(raws, None)
    if header is None:
        raise FileRefusedError("It is empty.")
    text = decode_header(header)
    delimiter = delimiter or find_delimiter(text, wanted)
    columns = check_columns(read_columns(text, delimiter), wanted)
    return Table(columns, (read_record(raw, delimiter, len(columns)) for raw in raws), columns)


def split_rows(file: BinaryIO) -> Iterator[Raw]:
    """Yield each row that is not blank."""
    first, ended, text, quotes = 1, 0, b"", 0  # `ended`: lines so far that had an end
    while piece := file.readline(LONGEST):
        quotes += piece.count(b'"')
        text = text if len(text) > LONGEST else text + piece
        if not piece.endswith(b"\n"):
            continue
        ended += 1
        if not quotes % 2:
            if text.strip():
                yield Raw(first, ended, text, closed=True)
            first, text, quotes = ended + 1, b"", 0
    if text.strip():
        yield Raw(first, max(first, ended + 1), text, closed=not quotes % 2)


def decode_header(raw: Raw) -> str:
    """Return the header's text; raise FileRefusedError, whose text says what the operator can do."""
    if raw.text.startswith(WIDE) or b"\x00" in raw.text:
        raise FileRefusedError("It is UTF-16 or UTF-32, or no text at all: save it as CSV in UTF-8.")
    if len(raw.text) > LONGEST or not raw.closed:
        raise FileRefusedError("Its header never ends: is it a CSV file, with lines that end in LF or CRLF?")
    try:
        text = raw.text.removeprefix(BOM).decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise FileRefusedError("Its header is not UTF-8: save it as CSV in UTF-8.") from None
    if "\r" in text:
        raise FileRefusedError("Its lines end in CR alone: save it with LF or CRLF.")
    return text


def find_delimiter(header: str, wanted: Collection[str]) -> str:
    """Return the delimiter that splits the header into the columns of the map."""
    fitting = [sign for sign in DELIMITERS if set(wanted) <= set(read_columns(header, sign))]
    if fitting:
        return fitting[0]
    return max(DELIMITERS, key=header.count)  # so that the error names the columns that are missing


def read_columns(header: str, delimiter: str) -> tuple[str, ...]:
    """Return the header's names, trimmed, in NFC."""
    try:
        cells = next(csv.reader([header], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return ()
    return tuple(normalize("NFC", cell).strip() for cell in cells)


def check_columns(columns: tuple[str, ...], wanted: Collection[str]) -> tuple[str, ...]:
    """Refuse a header that lacks a column or has one twice."""
    if len(columns) > MOST_COLUMNS:
        raise FileRefusedError(f"It has more than {MOST_COLUMNS} columns.")
    missing = [name for name in wanted if name not in columns]
    if missing:
        raise FileRefusedError(f"The map names columns that its header lacks: {', '.join(missing)}.")
    twice = [str(place) for place, name in enumerate(columns, 1) if name and columns.count(name) > 1]
    if twice:  # by their places: in a file without a header these cells are a customer's data
        raise FileRefusedError(f"Its header has the same name over columns {', '.join(twice)}.")
    return columns


def read_record(raw: Raw, delimiter: str, width: int) -> Record:
    """Return a row's cells, or the reason why it has none."""
    if reason := judge_bytes(raw):
        return Record(raw.first, raw.last, reason=reason)
    text = raw.text.decode("utf-8", "surrogateescape")
    if STRAY.search(text):
        return Record(raw.first, raw.last, reason="not_utf8")
    try:
        rows = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return Record(raw.first, raw.last, reason="quotes")
    if len(rows) != 1:
        return Record(raw.first, raw.last, reason="quotes")
    if len(rows[0]) != width:
        return Record(raw.first, raw.last, reason="ragged")
    return Record(raw.first, raw.last, tuple(rows[0]))


def judge_bytes(raw: Raw) -> str:
    """Return the fault of a row's bytes, before its cells are read, or ""."""
    if not raw.closed:
        return "open_quote"
    if len(raw.text) > LONGEST:
        return "too_long"
    return "nul" if b"\x00" in raw.text else ""
