"""One field of a form: its keys, held to its type."""

from typing import Any

from pydantic import field_validator, model_validator

from chalicelib.forms.masking import mask_name
from chalicelib.forms.question import Question
from chalicelib.forms.types import TYPES
from chalicelib.forms.types.base import FieldType
from chalicelib.forms.values import Occasion
from chalicelib.forms.wording import SummaryWords, Wording
from chalicelib.models import JsonValue
from chalicelib.shop.ages import AGE_BAND, BIRTH_YEAR, read_rules

CONTACT = {"name": "text", "email": "email", "phone": "phone", "address": "address"}
AGES = {BIRTH_YEAR: "integer", AGE_BAND: "choice"}
RESERVED_TYPES = {**CONTACT, **AGES}
LENGTHS = {name: kind.length for name, kind in TYPES.items()}  # characters, where a file says nothing

# https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#autofill
AUTOCOMPLETE = {"name": "name", "email": "email", "phone": "tel", "address": "street-address"}
AUTOCOMPLETE[BIRTH_YEAR] = "bday-year"


class Field(Question):
    """A question whose type exists and whose keys mean something to it."""

    @property
    def kind(self) -> FieldType:
        """Return the field's type."""
        return TYPES[self.type]

    @property
    def character_limit(self) -> int:
        """Return the most Unicode characters (code points, after NFC) that a value may have."""
        return self.kind.character_limit(self)

    @property
    def bounds(self) -> tuple[int, int]:
        """Return the least and greatest number taken, or, where one picks many, how many."""
        return self.kind.bounds(self)

    @property
    def autofill(self) -> str:
        """Return the autocomplete token (WCAG 1.3.5); no browser remembers a sensitive answer."""
        return "off" if self.sensitive else self.autocomplete or AUTOCOMPLETE.get(self.name, "off")

    def explain(self, language: str) -> str:
        """Return what stands below the label: why the question is asked, then how to answer it."""
        return " ".join(words[language] for words in (self.why, self.hint) if words)

    def clean(self, value: JsonValue, occasion: Occasion) -> JsonValue:
        """Return what is kept of one answer, or None for an empty one; raise RefusedValueError."""
        return self.kind.clean(self, value, occasion)

    def view(self, words: Wording) -> dict[str, Any]:
        """Return what pages and the embedded form show of the field's type."""
        return self.kind.view(self, words)

    def summarise(self, value: JsonValue, words: SummaryWords) -> str:
        """Return what the page after a post repeats of a kept answer; nothing of one that is sensitive or a band."""
        if self.sensitive or self.as_band:
            return words.given
        return mask_name(str(value)) if self.name == "name" else self.kind.summary(self, value, words)

    @field_validator("type")
    @classmethod
    def find_type(cls, name: str) -> str:
        """Refuse a type that is not in the table."""
        if name not in TYPES:
            raise ValueError(f"no such type; there are {', '.join(TYPES)}")
        return name

    @field_validator("sensitive", mode="before")
    @classmethod
    def name_purpose(cls, value: object) -> object:
        """Refuse `sensitive = true` with what to write instead; false counts as no key."""
        if value is True:
            raise ValueError('name the purpose of its own consent, e.g. sensitive = "health"')
        return "" if value is False else value

    @model_validator(mode="after")
    def check_name(self) -> "Field":
        """Refuse a name of contact details or ages for a field of another meaning."""
        due = (RESERVED_TYPES.get(self.name), "profile", True, "")
        if self.name in RESERVED_TYPES and (self.type, self.place, self.personal, self.sensitive) != due:
            raise ValueError(f"{self.name} must be: type {due[0]}, place profile, personal true, not sensitive")
        bands = read_rules().bands
        if self.name == AGE_BAND and not {option.value for option in self.options} <= set(bands):
            raise ValueError(f"age_band takes these options alone: {', '.join(bands)}")
        if self.as_band and self.name != BIRTH_YEAR:
            raise ValueError("as_band belongs to birth_year, and to nothing else")
        return self

    @model_validator(mode="after")
    def check_sense(self) -> "Field":
        """Refuse keys that contradict each other, that the type lacks, or that mean nothing to it."""
        if len({option.value for option in self.options}) != len(self.options):
            raise ValueError("two options have the same value")
        if problem := self.kind.judge(self):
            raise ValueError(problem)
        return self
