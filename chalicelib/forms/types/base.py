"""The interface of every field type. A new type is one subclass, one entry of TYPES and its words."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from chalicelib.forms.question import Question
from chalicelib.forms.values import Occasion
from chalicelib.forms.wording import SummaryWords, Wording
from chalicelib.models import JsonValue

BOUNDS: tuple[str, ...] = ("least", "most")
# The keys of a definition that only some types take.
SPECIAL = ("options", *BOUNDS, "low", "high", "past", "as_band", "max_characters", "max_bytes")


class FieldType(ABC):
    """One type of field.

    `control` is what pages and the embedded form draw: line, lines, pick, scale or ranks. `sentences` ends the names of
    the reasons' own sentences (`invalid_email`). `many` is true where a post may repeat the field's name. `needs` and
    `takes` are keys of the definition, of those in SPECIAL.
    """

    name: ClassVar[str]
    sentences: ClassVar[str]
    control: ClassVar[str] = "line"
    many: ClassVar[bool] = False
    needs: ClassVar[tuple[str, ...]] = ()
    takes: ClassVar[tuple[str, ...]] = ()
    length: ClassVar[int] = 40  # characters (code points, after NFC) where a definition names no other limit

    @abstractmethod
    def clean(self, field: Question, value: JsonValue, occasion: Occasion) -> JsonValue:
        """Return what is kept of an answer, or None for an empty one; raise RefusedValueError with a reason code."""

    @abstractmethod
    def schema(self, field: Question) -> dict[str, Any]:
        """Return the JSON Schema (2020-12) of an answer, without its title."""

    @abstractmethod
    def view(self, field: Question, words: Wording) -> dict[str, Any]:
        """Return the keys that this type adds to a shown field; `input` holds attributes of the HTML input."""

    @abstractmethod
    def summary(self, field: Question, value: JsonValue, words: SummaryWords) -> str:
        """Return what the page after a post repeats of a kept answer."""

    def bounds(self, field: Question) -> tuple[int, int]:
        """Return the least and greatest number taken, or, where one picks many, how many."""
        least, most = self.default_bounds(field)
        return (least if field.least is None else field.least, most if field.most is None else field.most)

    def default_bounds(self, field: Question) -> tuple[int, int]:
        """Return the bounds where the definition names none."""
        return 0, len(field.options)

    def character_limit(self, field: Question) -> int:
        """Return the most Unicode characters (code points, after NFC) of a value."""
        return field.max_characters or self.length

    def byte_limit(self, field: Question) -> int:
        """Return the most UTF-8 bytes of a value."""
        return field.max_bytes or 4 * self.character_limit(field)

    def judge(self, field: Question) -> str:
        """Return the fault of a definition for this type, or ""."""
        given = [key for key in SPECIAL if getattr(field, key) != Question.model_fields[key].default]
        if missing := [key for key in self.needs if key not in given]:
            return f"{self.name} needs {' and '.join(missing)}"
        if useless := [key for key in given if key not in self.needs + self.takes]:
            return f"{self.name} does not take {' and '.join(useless)}"
        least, most = self.bounds(field)
        return "least is greater than most" if least > most else ""
