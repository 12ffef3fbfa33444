"""The words of the service, by language: one folder for each language, one file for each part.

A language is a folder here with at least one part. English fills the gaps of a language: a whole part, or one key. The
rooms that show a part hold its model; en/ explains the keys. The shop's own words (`shop/own.py`) come before these.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from chalicelib.models import Model
from chalicelib.shop import own

Part = Literal["interface", "links", "requests", "policy", "mails", "record"]
PARTS: tuple[Part, ...] = get_args(Part)
FALLBACK = "en"
Folders = tuple[Path, ...]
FOLDER = Path(__file__).parent  # read at each call, so that a test can name another folder
Shape = TypeVar("Shape", bound=Model)


def list_languages(part: Part | None = None) -> tuple[str, ...]:
    """Return the languages (BCP 47), sorted: those that have a part, or any part."""
    return scan_folders((FOLDER, own.FOLDER / "words"), part)


def find_words(language: str, part: Part, shape: type[Shape]) -> Shape:
    """Return a part in a language, as the model of the room that shows it; KeyError for a language without a folder."""
    if language not in list_languages():
        raise KeyError(language)
    words: Shape = load_part((FOLDER, own.FOLDER / "words"), language, part, shape)  # `cache` forgets the type
    return words


def list_missing(language: str) -> list[str]:
    """Return the parts and keys that English has and a language lacks, e.g.

    `links` (a whole part) or `requests: kinds.erase.done`.
    """
    missing: list[str] = []
    for part in PARTS:
        folders = (FOLDER, own.FOLDER / "words")
        theirs, english = (read_part(folders, each, part) for each in (language, FALLBACK))
        missing += [f"{part}: {key}" for key in list_gaps(theirs, english)] if theirs else [part]
    return missing


@cache
def scan_folders(folders: Folders, part: Part | None) -> tuple[str, ...]:
    """Return the names of the folders that hold a part, or any part, sorted."""
    return tuple(sorted({path.parent.name for folder in folders for path in folder.glob(f"*/{part or '*'}.toml")}))


@cache
def load_part(folders: Folders, language: str, part: Part, shape: type[Shape]) -> Shape:
    """Return the model of a part, its gaps filled from English; raise DefinitionError.

    A language without its own name in the file is named by its code: it must not be named English.
    """
    from chalicelib.definitions import build_definition  # imported here: the door of a webhook shows no words

    theirs, english = (read_part(folders, each, part) for each in (language, FALLBACK))
    names = {"language": language, "language_name": theirs.get("language_name", language)}
    given = {name: value for name, value in names.items() if name in shape.model_fields}
    return build_definition(f"{language}/{part}.toml", "", shape, {**fill_gaps(theirs, english), **given})


def read_part(folders: Folders, language: str, part: Part) -> dict[str, Any]:
    """Return the keys of one part, those of later folders before the others; none where the language lacks the part.

    Raise DefinitionError.
    """
    from chalicelib.definitions import read_table

    found: dict[str, Any] = {}
    for path in (folder / language / f"{part}.toml" for folder in folders):
        if path.exists():
            found = fill_gaps(read_table(path), found)
    return found


def fill_gaps(own: Mapping[str, Any], english: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys of both, those of the language before those of English, table by table."""
    filled = {**english, **own}
    for key, value in english.items():
        if isinstance(value, dict) and isinstance(own.get(key), dict):
            filled[key] = fill_gaps(own[key], value)
    return filled


def list_gaps(own: Mapping[str, Any], english: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """Yield the dotted names of the keys that English has and a language lacks."""
    for key, value in english.items():
        if key not in own:
            yield above + key
        elif isinstance(value, dict) and isinstance(own[key], dict):
            yield from list_gaps(own[key], value, f"{above}{key}.")
