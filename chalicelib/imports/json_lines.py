"""Rows of a file of JSON lines: one object a line, its inner names joined by dots, as Pinpoint's CSV has them.

Of a list, `name[0]` is the first value, and `name` all of them, separated by commas: `lists.subscription_status` is
that of every list.
"""

from collections.abc import Collection, Iterator
from typing import BinaryIO

from chalicelib.errors import MalformedError, TooLargeError
from chalicelib.imports.csv_rows import BOM, LONGEST, Record, Table
from chalicelib.imports.reasons import FileRefusedError
from chalicelib.models import JsonValue
from chalicelib.strictjson import parse_object

FIRST = "[0]"  # after a list's name: its first value


def open_lines(file: BinaryIO, columns: Collection[str], wanted: Collection[str]) -> Table:
    """Return the rows under the columns that the map names; raise FileRefusedError where the first lacks a wanted one.

    The names that objects have are known when they have been read: `Table.seen` grows with them.
    """
    names, seen = tuple(columns), dict[str, None]()
    records = read_objects(file, names, wanted, seen)
    return Table(names, records, seen)


def read_objects(
    file: BinaryIO, names: tuple[str, ...], wanted: Collection[str], seen: dict[str, None]
) -> Iterator[Record]:
    """Yield each line that is not blank."""
    number, begun = 0, False
    while line := file.readline(LONGEST + 1):
        number += 1
        if len(line) > LONGEST:
            skip_line(file, line)
            yield Record(number, number, reason="too_long")
        elif line.strip():
            values = flatten_line(line.removeprefix(BOM) if number == 1 else line)
            if values is not None and not begun:
                begun = True
                check_names(values, wanted)
            yield make_record(number, values, names, seen)


def skip_line(file: BinaryIO, line: bytes) -> None:
    """Read to the end of a line."""
    while line and not line.endswith(b"\n"):
        line = file.readline(LONGEST)


def check_names(values: dict[str, str], wanted: Collection[str]) -> None:
    """Refuse a file whose first object lacks a name: it is no export of that system."""
    if missing := [name for name in wanted if name not in values]:
        raise FileRefusedError(f"The map names columns that its first line lacks: {', '.join(missing)}.")


def make_record(number: int, values: dict[str, str] | None, names: tuple[str, ...], seen: dict[str, None]) -> Record:
    """Return a line's cells in the order of the columns."""
    if values is None:
        return Record(number, number, reason="not_json")
    seen.update(dict.fromkeys(values))
    return Record(number, number, tuple(values.get(name, "") for name in names))


def flatten_line(line: bytes) -> dict[str, str] | None:
    """Return the values of an object under their joined names, or None for what is no object."""
    try:
        return flatten_value(parse_object(line))
    except (MalformedError, TooLargeError):
        return None


def flatten_value(value: JsonValue, name: str = "") -> dict[str, str]:
    """Return the text of a value, and of what is inside it, by joined names."""
    if isinstance(value, dict):
        found: dict[str, str] = {}
        for part, inner in value.items():
            found |= flatten_value(inner, f"{name}.{part}" if name else part)
        return found
    if isinstance(value, list):
        return flatten_list(value, name)
    return {name: "" if value is None else str(value)}


def flatten_list(values: list[JsonValue], name: str) -> dict[str, str]:
    """Return all values of a list by name, separated by commas, and its first value as `name[0]`."""
    joined: dict[str, str] = {}
    for inner in values:
        for part, text in flatten_value(inner, name).items():
            joined[part] = f"{joined[part]}, {text}" if part in joined else text
    return joined | (flatten_value(values[0], f"{name}{FIRST}") if values else {name: ""})
