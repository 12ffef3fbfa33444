"""Typed text: one line, several lines, a postal address."""

from typing import Any, ClassVar

from chalicelib.forms.masking import shorten_text
from chalicelib.forms.question import Question
from chalicelib.forms.text import check_length, clean_line, clean_lines
from chalicelib.forms.types.base import FieldType
from chalicelib.forms.values import Occasion, read_text
from chalicelib.forms.wording import SummaryWords, Wording
from chalicelib.models import JsonValue


class Text(FieldType):
    """A single line."""

    name = "text"
    sentences = "text"
    takes = ("max_characters", "max_bytes")
    length = 200
    attributes: ClassVar[dict[str, str]] = {"type": "text", "dir": "auto"}

    def clean(self, field: Question, value: JsonValue, occasion: Occasion) -> JsonValue:
        """Return the text in NFC, within the field's limits."""
        text = read_text(value, self.character_limit(field))
        text = self.tidy(text, occasion)
        check_length(text, self.character_limit(field), self.byte_limit(field))
        return text or None

    def tidy(self, text: str, occasion: Occasion) -> str:
        """Return the text as it is kept, whatever its length; raise RefusedValueError."""
        return clean_line(text)

    def schema(self, field: Question) -> dict[str, Any]:
        """Return a string with its greatest length."""
        least = {"minLength": 1} if field.required else {}
        return {"type": "string", "maxLength": self.character_limit(field), **least}

    def view(self, field: Question, words: Wording) -> dict[str, Any]:
        """Return the greatest length and the attributes."""
        return {"length": self.character_limit(field), "input": self.attributes}

    def summary(self, field: Question, value: JsonValue, words: SummaryWords) -> str:
        """Return the beginning of the text."""
        return shorten_text(str(value))


class LongText(Text):
    """Several lines."""

    name = "long_text"
    sentences = "long_text"
    control = "lines"
    length = 4000
    attributes: ClassVar[dict[str, str]] = {"rows": "4", "dir": "auto"}

    def tidy(self, text: str, occasion: Occasion) -> str:
        """Return the lines, separated by \\n."""
        return clean_lines(text)


class Address(LongText):
    """A postal address, kept as given: no country's layout fits another's."""

    name = "address"
    sentences = "address"
    length = 500
    attributes: ClassVar[dict[str, str]] = {"rows": "3", "dir": "auto"}

    def summary(self, field: Question, value: JsonValue, words: SummaryWords) -> str:
        """Return that there is an address, and nothing of it."""
        return words.given
