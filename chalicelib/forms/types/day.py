"""A calendar day."""

from datetime import date, timedelta
from typing import Any

from chalicelib.forms.question import Question
from chalicelib.forms.reasons import RefusedValueError
from chalicelib.forms.types.base import FieldType
from chalicelib.forms.values import Occasion, read_date, read_text
from chalicelib.forms.wording import SummaryWords, Wording
from chalicelib.models import JsonValue
from chalicelib.text import write_digits

YEARS = range(1900, 2201)  # a year outside is a typing error, or another calendar's


class Day(FieldType):
    """A Gregorian day, year-month-day."""

    name = "date"
    sentences = "date"
    takes = ("past",)

    def clean(self, field: Question, value: JsonValue, occasion: Occasion) -> JsonValue:
        """Return the day. One day ahead still counts as past: it is tomorrow east of us already."""
        text = read_text(value, self.length).strip()
        if not text:
            return None
        day = read_date(write_digits(text))
        if day.year not in YEARS:
            raise RefusedValueError("out_of_range")
        if field.past and day > occasion.today + timedelta(days=1):
            raise RefusedValueError("in_future")
        return day.isoformat()

    def schema(self, field: Question) -> dict[str, Any]:
        """Return a string of the format `date`."""
        least = {"minLength": 1} if field.required else {}
        return {"type": "string", "maxLength": self.length, **least, "format": "date"}

    def view(self, field: Question, words: Wording) -> dict[str, Any]:
        """Return the attributes, and an example: a browser shows the fields of a day in its own language's order."""
        example = {} if field.hint or field.why else {"hint": words.day_example}
        return {"input": {"type": "date"}, **example}

    def summary(self, field: Question, value: JsonValue, words: SummaryWords) -> str:
        """Return the day in full, as the language writes it."""
        return words.write_day(date.fromisoformat(str(value)))
