"""Every text that a person reads, by language, beside the English one. Builders for tests."""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, NamedTuple

from chalicelib.words import FOLDER, PARTS

ROOT = FOLDER.parent
ROOMS = (
    "forms",
    "mails/templates",
    "shop",
    "desk/entries",
    "desk/people",
    "groups/definitions",
    "campaigns/definitions",
)


class Text(NamedTuple):
    """A text: `place` is its file and key, `english` says the same, "" where no English stands beside it."""

    place: str
    english: str
    said: str

    @property
    def bare(self) -> str:
        """Return the text without its placeholders."""
        return "".join(literal for literal, *_ in Formatter().parse(self.said))


@cache
def list_texts(language: str) -> tuple[Text, ...]:
    """Return every text of a language that ships: of its own folder, and of files that hold all languages."""
    own = [text for part in PARTS for text in walk_part(language, part)]
    shared = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.toml"))]
    return (*own, *(text for path in shared for text in walk_shared(path, language)))


def walk_part(language: str, part: str) -> Iterator[Text]:
    """Yield the texts of a part."""
    path = FOLDER / language / f"{part}.toml"
    theirs, english = (dict(walk_leaves(read_file(FOLDER / each / path.name))) for each in (language, "en"))
    for key, said in theirs.items():
        yield Text(f"{language}/{part}.toml:{key}", english.get(key, ""), said)


def walk_shared(path: Path, language: str) -> Iterator[Text]:
    """Yield the texts of a file whose tables hold one text for each language."""
    for key, said in walk_leaves(read_file(path)):
        table, _, name = key.rpartition(".")
        if name == language:
            english = dict(walk_leaves(read_file(path))).get(f"{table}.en", "")
            yield Text(f"{path.relative_to(ROOT)}:{key}", english, said)


def read_file(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def walk_leaves(value: Any, above: str = "") -> Iterator[tuple[str, str]]:
    """Yield every string below a value with its dotted place."""
    if isinstance(value, str):
        yield above, value
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield from walk_leaves(inner, f"{above}.{key}".lstrip("."))
