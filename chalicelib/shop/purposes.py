"""The purposes of personal data and their legal bases (GDPR, Article 6), from `purposes.toml`.

Every purpose has a legal basis. A form or campaign that names a purpose which is not on file is not loaded.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints, model_validator

from chalicelib.definitions import Fault, load_definition
from chalicelib.models import Model, Name, Version
from chalicelib.shop.own import choose_file

FILE = Path(__file__).with_suffix(".toml")
Text = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Texts = Mapping[str, Text]  # by language


def choose_text(texts: Texts, language: str) -> str:
    """Return a text in a language, else in the first one of the file."""
    return texts.get(language) or next(iter(texts.values()))


class Basis(StrEnum):
    """The legal basis of a purpose (GDPR, Article 6(1)(a), (b), (f) and (c))."""

    CONSENT = "consent"
    CONTRACT = "contract"
    INTEREST = "legitimate-interest"
    LAW = "legal-obligation"


class Purpose(Model):
    """One purpose, its basis, and its text in each language; `title` is a few words, `words` a sentence or two."""

    basis: Basis
    title: Texts
    words: Texts


class Purposes(Model):
    """The file. A change of words or of a basis needs a new `version`."""

    version: Version
    purposes: Mapping[Name, Purpose]

    @model_validator(mode="after")
    def check_languages(self) -> "Purposes":
        """Refuse a text that is not in the languages of all the others."""
        texts = {name: (each.title, each.words) for name, each in self.purposes.items()}
        spoken = {language for pair in texts.values() for text in pair for language in text}
        lacking = sorted(name for name, pair in texts.items() if any(set(text) != spoken for text in pair))
        if lacking:
            raise ValueError(f"not in every language: {', '.join(lacking)}")
        return self


@cache
def load_purposes(path: Path = FILE) -> Purposes:
    """Return the file's purposes; raise DefinitionError."""
    return load_definition(choose_file(path), Purposes)


def judge_consent(name: str) -> str:
    """Return why no form may ask for consent to a purpose, or ""."""
    purpose = load_purposes().purposes.get(name)
    if purpose is None:
        return f"no purpose of that name in {FILE.name}"
    return "" if purpose.basis is Basis.CONSENT else f"its basis in {FILE.name} is {purpose.basis}, not consent"


def judge_consents(names: Iterable[str]) -> list[Fault]:
    """Return the faults of a file's consents in order, each with its place, e.g. ("consents", "0", "purpose")."""
    judged = [(number, judge_consent(name)) for number, name in enumerate(names)]
    return [(("consents", str(number), "purpose"), why) for number, why in judged if why]
