"""The maps that come with Regulars, one for each system that a shop moves from, and what a shop adds to one.

A shipped map is an ImportMap whose columns are mostly lists: an export has the columns that its account has. The shop's
own file holds the keys of docs/import.md that differ; a consent is added to by its purpose.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from chalicelib.definitions import build_definition, load_definition, parse_toml, read_text, write_faults
from chalicelib.errors import DefinitionError
from chalicelib.imports.column_map import ImportMap, judge_purposes

FOLDER = Path(__file__).parent / "maps"


def list_systems() -> tuple[str, ...]:
    """Return the names of the systems that a map is shipped for."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def load_shipped(system: str, as_of: date, own: Path | None = None) -> ImportMap:
    """Return a system's map with the shop's own additions; raise DefinitionError.

    `as_of` is the day of the export, for a map that names none.
    """
    if system not in list_systems():
        raise DefinitionError(f"FROM takes {', '.join(list_systems())}.")
    path = FOLDER / f"{system}.toml"
    if own is None:
        return load_definition(path, ImportMap, {"as_of": as_of}, judge_purposes)
    text = read_text(own)
    keys = add_keys({"as_of": as_of, **parse_toml(path.name, read_text(path))}, parse_toml(own.name, text))
    rules = build_definition(own.name, text, ImportMap, keys)
    if faults := judge_purposes(rules):
        raise DefinitionError(write_faults(own.name, text, faults))
    return rules


def add_keys(shipped: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys of a shipped map with the shop's own: tables are added to, everything else is replaced."""
    added: dict[str, Any] = {**shipped}
    for name, value in own.items():
        held = shipped.get(name)
        if name == "consents" and isinstance(value, list) and isinstance(held, list):
            added[name] = add_consents(held, value)
        else:
            added[name] = add_keys(held, value) if isinstance(held, dict) and isinstance(value, dict) else value
    return added


def add_consents(shipped: list[dict[str, Any]], own: list[Any]) -> list[Any]:
    """Return the consents of a shipped map, each with what the shop says of its purpose, then those of others."""
    tables = {each.get("purpose"): each for each in own if isinstance(each, dict)}
    known = {each["purpose"] for each in shipped}
    added: list[Any] = [{**each, **tables.get(each["purpose"], {})} for each in shipped]
    return added + [each for each in own if not isinstance(each, dict) or each.get("purpose") not in known]
