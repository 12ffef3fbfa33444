"""The mappings of forms that were built elsewhere: under which of our names each answer is kept, one file per form.

`mappings/<sender>/<form id>.toml`; every key is in docs/senders.md. A form without a file is kept whole.
"""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from chalicelib.definitions import load_definition
from chalicelib.forms.words import check_quoted
from chalicelib.models import FieldName, Model, Name, Version
from chalicelib.shop import own
from chalicelib.shop.ages import AGE_BAND, BIRTH_YEAR, is_band
from chalicelib.shop.purposes import judge_consents

HIDDEN = "hidden:"
MAPPINGS = Path(__file__).parent / "mappings"

Source = Annotated[str, StringConstraints(min_length=1, max_length=256)]


class ConsentAnswer(Model):
    """A yes to `answer` gives consent. `words` are the evidence where a delivery does not quote the question.

    `yes` lists the options that mean yes; without it that is the only option of a question, or a plain yes.
    """

    purpose: Name
    answer: Source
    version: Version
    words: Annotated[str, AfterValidator(check_quoted)]
    yes: tuple[Source, ...] = ()

    @model_validator(mode="after")
    def check_yes(self) -> "ConsentAnswer":
        """Refuse a consent that no answer can give: what a link carries is text, and no text means yes by itself."""
        if self.answer.startswith(HIDDEN) and not self.yes:
            raise ValueError("a hidden field holds text: yes must list the texts that mean yes")
        if any(not text.strip() for text in self.yes):
            raise ValueError("yes holds a blank text, which no option has")
        return self


def check_band(text: str) -> str:
    """Refuse text that is no age range."""
    if not is_band(text):
        raise ValueError("not a band such as under-16, 16-24 or 65+")
    return text


class Mapping(Model):
    """One form. `profile` and `entry` map our names to the answers kept under them, `ages` maps answers to age bands.

    A source is a question's reference, id or label, or `hidden:<name>`. A visitor can change a hidden field.
    """

    kind: Literal["sign-up", "pre-order", "warranty", "survey", "response"] = "response"
    language: str = ""
    profile: dict[FieldName, Source] = Field(default_factory=dict)
    ages: dict[Source, Annotated[str, AfterValidator(check_band)]] = Field(default_factory=dict)
    entry: dict[FieldName, Source] = Field(default_factory=dict)
    consents: tuple[ConsentAnswer, ...] = ()
    example: bool = False  # no shop has this form: the privacy page must not name it

    @model_validator(mode="after")
    def check_ages(self) -> "Mapping":
        """Refuse an age in an entry: only the ages of a profile decide whether a person is a child."""
        if {BIRTH_YEAR, AGE_BAND} & set(self.entry):
            raise ValueError("birth_year and age_band belong to profile")
        return self


def find_mapping(sender: str, form_id: str, folder: Path = MAPPINGS) -> Mapping | None:
    """Return what is on file for a form, or None; raise DefinitionError for an unusable file."""
    path = find_files(own.FOLDER, folder / sender).get(form_id)  # the id comes from a body: never part of a path
    return load_mapping(path) if path else None


def list_mappings(folder: Path) -> frozenset[str]:
    """Return the ids of a sender's forms on file, the shop's own among them."""
    return frozenset(find_files(own.FOLDER, folder))


@cache
def find_files(_own: Path, folder: Path) -> dict[str, Path]:
    """Return the files of a sender's forms by their ids, read once."""
    return own.list_files(f"mappings/{folder.name}", folder, "*.toml")


@cache
def load_mapping(path: Path) -> Mapping:
    """Return what one file says; raise DefinitionError."""
    return load_definition(path, Mapping, judge=lambda form: judge_consents(each.purpose for each in form.consents))
