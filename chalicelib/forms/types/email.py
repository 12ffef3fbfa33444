"""An e-mail address."""

from typing import Any, ClassVar

from chalicelib.forms.contacts import clean_email
from chalicelib.forms.masking import mask_email
from chalicelib.forms.question import Question
from chalicelib.forms.types.text import Text
from chalicelib.forms.values import Occasion
from chalicelib.forms.wording import SummaryWords
from chalicelib.models import JsonValue


class Email(Text):
    """One address, judged as typed."""

    name = "email"
    sentences = "email"
    length = 254  # RFC 5321, 4.5.3.1.3
    attributes: ClassVar[dict[str, str]] = {
        "type": "email",
        "inputmode": "email",
        "spellcheck": "false",
        "autocapitalize": "none",
        "dir": "ltr",
    }

    def tidy(self, text: str, occasion: Occasion) -> str:
        """Return the address, its domain in lower case."""
        return clean_email(text) if text.strip() else ""

    def schema(self, field: Question) -> dict[str, Any]:
        """Return a string of the format `email`."""
        return {**super().schema(field), "format": "email"}

    def summary(self, field: Question, value: JsonValue, words: SummaryWords) -> str:
        """Return the address, masked."""
        return mask_email(str(value))
