"""Whole numbers: any, and a score on a scale."""

from typing import Any

from chalicelib.forms.question import Question
from chalicelib.forms.reasons import RefusedValueError
from chalicelib.forms.types.base import BOUNDS, FieldType
from chalicelib.forms.values import Occasion, read_integer
from chalicelib.forms.wording import SummaryWords, Wording
from chalicelib.models import JsonValue
from chalicelib.shop.ages import BIRTH_YEAR, FIRST_YEAR, LAST_YEAR

EXACT = 2**53 - 1  # RFC 8259, 6: whole numbers that every reader holds exactly


class Integer(FieldType):
    """A whole number, typed in any script's digits; under the name `birth_year` a year of birth."""

    name = "integer"
    sentences = "integer"
    takes = (*BOUNDS, "as_band")

    def default_bounds(self, field: Question) -> tuple[int, int]:
        """Return the years of birth that are possible, or all exact numbers."""
        return (FIRST_YEAR, LAST_YEAR) if field.name == BIRTH_YEAR else (-EXACT, EXACT)

    def clean(self, field: Question, value: JsonValue, occasion: Occasion) -> JsonValue:
        """Return the number, within the field's bounds."""
        if value == "":
            return None
        number = read_integer(value)
        least, most = self.bounds(field)
        if not least <= number <= most:
            raise RefusedValueError("out_of_range")
        if field.name == BIRTH_YEAR and number > occasion.today.year:
            raise RefusedValueError("in_future")
        return number

    def schema(self, field: Question) -> dict[str, Any]:
        """Return an integer with its bounds."""
        least, most = self.bounds(field)
        return {"type": "integer", "minimum": least, "maximum": most}

    def view(self, field: Question, words: Wording) -> dict[str, Any]:
        """Return the attributes: a number pad, but no spinner that a scrolling finger turns."""
        return {"input": {"inputmode": "numeric", "dir": "auto"}}

    def summary(self, field: Question, value: JsonValue, words: SummaryWords) -> str:
        """Return the number in the language's digits."""
        return words.write_number(int(value))


class Score(Integer):
    """A number picked from a scale, whose ends may have words."""

    name = "score"
    sentences = "choice"
    control = "scale"
    takes = (*BOUNDS, "low", "high")

    def default_bounds(self, field: Question) -> tuple[int, int]:
        """Return 0 to 10."""
        return 0, 10

    def view(self, field: Question, words: Wording) -> dict[str, Any]:
        """Return one option per number, and the words at the ends."""
        least, most = self.bounds(field)
        return {
            "options": [[str(number), words.write_number(number)] for number in range(least, most + 1)],
            "ends": [end[words.language] if end else "" for end in (field.low, field.high)],
            "input": {"type": "radio"},
        }
