"""CSV that a spreadsheet shows and never runs. Pure.

A cell whose text would begin a formula gets an apostrophe in front (OWASP ASVS 5.0, 1.2.10), also where the formula's
sign is behind spaces, quotes or invisible characters, or in its wide form (U+FF1D). Every cell is quoted (RFC 4180), so
that no text ends a cell early. But a spreadsheet set to semicolons, as most of Europe's are, does not treat a quote in
mid-line as special, and begins a cell after each semicolon, tab and line end: text after one of these is treated like
the beginning of a cell. Our own numbers stay numbers.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from unicodedata import category

from chalicelib.models import JsonValue
from chalicelib.text import is_formula

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
KEPT = "\t\r\n"
ENDS = ";\t\r\n"  # of a cell, in some spreadsheet or other
PARTS = re.compile(f"(?<=[{ENDS}])")


def write_cell(value: JsonValue) -> str:
    """Return one value as text that is safe in a spreadsheet."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return str(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    first, *rest = PARTS.split(text)
    guarded = [f"'{part}" if is_formula(part.rstrip(ENDS)) else part for part in rest]
    whole = "".join([f"'{first}" if is_formula(text) else first, *guarded])
    return "".join(REPLACEMENT if is_control(sign) else sign for sign in whole)


def is_control(sign: str) -> bool:
    """Return whether CSV readers fail at a character."""
    return category(sign) in ("Cc", "Cs") and sign not in KEPT


def write_table(columns: Sequence[str], rows: Iterable[Mapping[str, JsonValue]]) -> bytes:
    """Return a table with a heading; UTF-8 with a byte order mark, without which Excel guesses another encoding."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([write_cell(row.get(column)) for column in columns] for row in rows)
    return text.getvalue().encode("utf-8-sig")
