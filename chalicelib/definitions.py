"""Definition files: TOML, read into a model. An error names the file, the line and the place, and no value.

welcome.toml, line 8: when.days: Input should be greater than or equal to 0
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from chalicelib.errors import DefinitionError
from chalicelib.models import Model

Shape = TypeVar("Shape", bound=Model)
Place = tuple[str, ...]  # the keys of a value's path, e.g. ("consents", "0", "purpose")
Fault = tuple[Place, str]  # a place, and the fault there

NAME = r"""(?:[\w-]+|"[^"]*"|'[^']*')"""
HEADER = re.compile(rf"\s*(\[\[?)\s*({NAME}(?:\s*\.\s*{NAME})*)\s*\]\]?\s*(?:#.*)?")
KEY = re.compile(rf"\s*({NAME}(?:\s*\.\s*{NAME})*)\s*=")
FENCE = re.compile(r"\"\"\"|'''")
SAYABLE = re.compile(r"[a-z][a-z0-9_-]{0,39}")  # a name that may be repeated: any other may be a value
AT_LINE = re.compile(r" \(at line (\d+), column \d+\)")


def load_definition(
    path: Path,
    shape: type[Shape],
    given: Mapping[str, Any] | None = None,
    judge: Callable[[Shape], Iterable[Fault]] | None = None,
) -> Shape:
    """Return the file as a model; raise DefinitionError.

    `given` are values for keys that the file does not have, such as its name. `judge` returns the faults that the model
    alone cannot find: contradictions to other files.
    """
    text = read_text(path)
    definition = build_definition(path.name, text, shape, {**(given or {}), **parse_toml(path.name, text)})
    if faults := list(judge(definition)) if judge else []:
        raise DefinitionError(write_faults(path.name, text, faults))
    return definition


def build_definition(name: str, text: str, shape: type[Shape], keys: Mapping[str, Any]) -> Shape:
    """Return keys as a model; raise DefinitionError with the file's `name` and the lines of its `text`."""
    try:
        return shape.model_validate(keys)
    except ValidationError as error:
        raise DefinitionError(write_faults(name, text, list_faults(error))) from None


def read_text(path: Path) -> str:
    """Return the text of a file; raise DefinitionError."""
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise DefinitionError(f"{path.name}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise DefinitionError(f"{path.name}: byte {error.start} is not UTF-8") from None


def parse_toml(name: str, text: str) -> dict[str, Any]:
    """Return the keys of a text; numbers with a fraction are Decimal. Raise DefinitionError."""
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        found = AT_LINE.search(str(error))
        line = f", line {found[1]}" if found else ""
        raise DefinitionError(f"{name}{line}: {AT_LINE.sub('', str(error))}") from None
    except (ValueError, ArithmeticError, RecursionError):
        raise DefinitionError(f"{name}: a number is too long, or arrays are nested too deep") from None


def list_faults(error: ValidationError) -> Iterator[Fault]:
    """Yield the faults that pydantic found, without the values that it found them in."""
    for problem in error.errors(include_url=False, include_input=False, include_context=False):
        if problem["type"] != "too_short" or not has_faults_below(error, problem["loc"]):
            yield tuple(map(str, problem["loc"])), problem["msg"].removeprefix("Value error, ")


def has_faults_below(error: ValidationError, place: tuple[int | str, ...]) -> bool:
    """Return whether items of a list have faults of their own: pydantic counts only items that have none."""
    places = [each["loc"] for each in error.errors(include_url=False, include_input=False, include_context=False)]
    return any(len(each) > len(place) and each[: len(place)] == place for each in places)


def write_faults(name: str, text: str, faults: Iterable[Fault]) -> str:
    """Return all faults of one file in one line."""
    written, keys = [], tomllib.loads(text) if text else {}
    for place, why in faults:
        line = find_line(text, place)
        written.append(f"{name}{f', line {line}' if line else ''}: {name_place(keys, place) or 'file'}: {why}")
    return "; ".join(written)


def name_place(keys: Any, place: Place) -> str:
    """Return a place as people say it, e.g. `fields.email.type`: an item that has a name is called by it."""
    said: list[str] = []
    for part in place:
        inner = keys[int(part)] if isinstance(keys, list) and part.isdecimal() and int(part) < len(keys) else None
        named = inner.get("name") or inner.get("value") if isinstance(inner, dict) else None
        said.append(named if isinstance(named, str) and SAYABLE.fullmatch(named) else part)
        keys = inner if inner is not None else keys.get(part) if isinstance(keys, dict) else None
    return ".".join(said)


def find_line(text: str, place: Place) -> int | None:
    """Return the line of a key, or of the nearest table around it; None where the file has neither.

    This is a scan, no parser: it does not look into a value that takes several lines.
    """
    table: Place = ()
    counts: dict[Place, int] = {}
    found, depth, fenced = None, 0, False
    for number, line in enumerate(text.split("\n"), 1):
        within, fenced = fenced, fenced ^ (len(FENCE.findall(line)) % 2 == 1)
        if within:
            continue
        if header := HEADER.fullmatch(line.rstrip("\r")):
            here = table = place_table(header[2], header[1] == "[[", counts)
        else:
            key = KEY.match(line)
            here = (*table, *split_name(key[1])) if key else ()
        if len(here) > depth and place[: len(here)] == here:
            found, depth = number, len(here)
    return found


def place_table(name: str, repeated: bool, counts: dict[Place, int]) -> Place:
    """Return the place of a table's header; `counts` holds the number of each `[[table]]` seen last."""
    names = split_name(name)
    place: Place = ()
    for index, part in enumerate(names):
        place = (*place, part)
        if repeated and index == len(names) - 1:
            counts[place] = counts.get(place, -1) + 1
        if place in counts:
            place = (*place, str(counts[place]))
    return place


def split_name(name: str) -> Place:
    """Return the parts of a dotted key, without their quotes."""
    return tuple(part.strip("\"'") for part in re.findall(NAME, name))
