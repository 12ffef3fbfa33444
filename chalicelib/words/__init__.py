"""The words of the service, by language: one folder for each language, one file for each part.

A language is a folder here with at least one part. English fills the gaps of a language: a whole part, or one key. The
rooms that show a part hold its model; en/ explains the keys. The shop's own words (`shop/own.py`) come before these.
"""

import logging
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from chalicelib.errors import DefinitionError
from chalicelib.models import Model
from chalicelib.shop import own

log = logging.getLogger(__name__)

Part = Literal["interface", "links", "requests", "policy", "mails", "record", "desk", "numbers"]
PARTS: tuple[Part, ...] = get_args(Part)
FALLBACK = "en"
Folders = tuple[Path, ...]
FOLDER = Path(__file__).parent  # read at each call, so that a test can name another folder
Shape = TypeVar("Shape", bound=Model)


def list_languages(part: Part | None = None) -> tuple[str, ...]:
    """Return the languages (BCP 47), sorted: those that have a part, or any part."""
    return scan_folders((FOLDER, own.FOLDER / "words"), part)


def find_words(language: str, part: Part, shape: type[Shape]) -> Shape:
    """Return a part in a language, as the model of the room that shows it; KeyError for a language without a folder.

    The shop's own words are left out where they have a mistake: no page must break with them.
    """
    if language not in list_languages():
        raise KeyError(language)
    words: Shape = load_usable((FOLDER, own.FOLDER / "words"), language, part, shape)  # `cache` forgets the type
    return words


@cache
def load_usable(folders: Folders, language: str, part: Part, shape: type[Shape]) -> Shape:
    """Return a part with the shop's own words, or without them; raise DefinitionError where the others are unusable."""
    try:
        words: Shape = load_part(folders, language, part, shape)
    except DefinitionError as fault:
        log.error("words_unusable", extra={"reason": str(fault)})
        words = load_part(folders[:1], language, part, shape)
    return words


def list_missing(language: str) -> list[str]:
    """Return the parts and keys that English has and a language lacks, e.g.

    `links` (a whole part) or `requests: kinds.erase.done`.
    """
    missing: list[str] = []
    for part in PARTS:
        theirs, english = read_pair(language, part)
        missing += [f"{part}: {key}" for key in list_gaps(theirs, english)] if theirs else [part]
    return missing


def list_unknown(language: str, shapes: Mapping[Part, type[Model]]) -> list[str]:
    """Return the keys of a language that nothing shows, e.g. `links: rather`: English and the model lack them."""
    unknown: list[str] = []
    for part, shape in shapes.items():
        theirs, english = read_pair(language, part)
        known = {**dict.fromkeys(shape.model_fields), **english}
        unknown += [f"{part}: {key}" for key in list_gaps(known, theirs)]
    return unknown


def read_pair(language: str, part: Part) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the keys of a part in a language and in English; raise DefinitionError."""
    folders = (FOLDER, own.FOLDER / "words")
    return read_part(folders, language, part), read_part(folders, FALLBACK, part)


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
    known = keep_known(fill_gaps(theirs, english), {**dict.fromkeys(shape.model_fields), **english})
    return build_definition(f"{language}/{part}.toml", "", shape, {**known, **given})


def read_part(folders: Folders, language: str, part: Part) -> dict[str, Any]:
    """Return the keys of one part, those of later folders before the others; none where the language lacks the part.

    Raise DefinitionError.
    """
    from chalicelib.definitions import read_text

    found: dict[str, Any] = {}
    for path in (folder / language / f"{part}.toml" for folder in folders):
        if path.exists():
            found = fill_gaps(parse_words(f"{language}/{part}.toml", read_text(path)), found)
    return found


@lru_cache(maxsize=64)  # every language's gaps are filled from the same English; nobody changes what is returned
def parse_words(name: str, text: str) -> Mapping[str, Any]:
    from chalicelib.definitions import parse_toml

    return parse_toml(name, text)


def keep_known(theirs: Mapping[str, Any], english: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys that `english` has too, table by table.

    An upgrade may drop a key that a shop's own file still has: no page may break with it.
    """
    return {
        key: keep_known(value, english[key]) if isinstance(value, dict) and isinstance(english[key], dict) else value
        for key, value in theirs.items()
        if key in english
    }


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
