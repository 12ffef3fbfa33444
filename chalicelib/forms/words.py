"""The words of a form, in each of its languages."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, RootModel, StringConstraints

from chalicelib.models import Language

SHOP = "{shop}"
Phrase = Annotated[str, StringConstraints(min_length=1, max_length=4000)]


class Words(RootModel[dict[Language, Phrase]], frozen=True):
    """The same words in several languages, keyed by language."""

    def __getitem__(self, language: str) -> str:
        """Return the words in a language, else in the first one of the file."""
        return self.root.get(language) or next(iter(self.root.values()))

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages, in the file's order."""
        return tuple(self.root)


def fill_shop(text: str, shop: str) -> str:
    """Return a text with the shop's name in place of `{shop}`; other braces are the author's own."""
    return text.replace(SHOP, shop)


def check_quoted(text: str) -> str:
    """Refuse `{shop}` in words that another system showed: they are kept as they are, and nothing is filled in."""
    if SHOP in text:
        raise ValueError("words must be quoted as they were shown: {shop} is filled in for our own forms alone")
    return text


def walk_words(part: object, place: str = "") -> Iterator[tuple[str, Words]]:
    """Yield every Words below a definition, with its place, e.g. `fields.2.label`."""
    if isinstance(part, Words):
        yield place, part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from walk_words(getattr(part, name), f"{place}.{name}".lstrip("."))
    elif isinstance(part, tuple):
        for number, inner in enumerate(part):
            yield from walk_words(inner, f"{place}.{number}")
