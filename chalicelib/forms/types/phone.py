"""A phone number."""

from typing import ClassVar

from chalicelib.forms.contacts import clean_phone
from chalicelib.forms.masking import mask_phone
from chalicelib.forms.question import Question
from chalicelib.forms.types.text import Text
from chalicelib.forms.values import Occasion
from chalicelib.forms.wording import SummaryWords
from chalicelib.models import JsonValue


class Phone(Text):
    """A number in E.164."""

    name = "phone"
    sentences = "phone"
    length = 40
    attributes: ClassVar[dict[str, str]] = {"type": "tel", "dir": "ltr"}

    def tidy(self, text: str, occasion: Occasion) -> str:
        """Return the number, read as dialled in the shop's region when it has no country code."""
        return clean_phone(text, occasion.region) if text.strip() else ""

    def summary(self, field: Question, value: JsonValue, words: SummaryWords) -> str:
        """Return the number, masked."""
        return mask_phone(str(value))
