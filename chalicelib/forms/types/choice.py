"""Answers picked from a form's options: one, several, several in order."""

from typing import Any

from chalicelib.forms.question import Question
from chalicelib.forms.reasons import RefusedValueError
from chalicelib.forms.types.base import BOUNDS, FieldType
from chalicelib.forms.values import Occasion
from chalicelib.forms.wording import SummaryWords, Wording
from chalicelib.models import JsonValue


class Choice(FieldType):
    """One of the options."""

    name = "choice"
    sentences = "choice"
    control = "pick"
    needs = ("options",)

    def clean(self, field: Question, value: JsonValue, occasion: Occasion) -> JsonValue:
        """Return the option's value."""
        return pick_option(field, value)

    def schema(self, field: Question) -> dict[str, Any]:
        """Return the values to pick from; an empty one means no answer."""
        return {"enum": [*list_values(field), *([] if field.required else [""])]}

    def view(self, field: Question, words: Wording) -> dict[str, Any]:
        return {"options": list_options(field, words), "input": {"type": "radio"}}

    def summary(self, field: Question, value: JsonValue, words: SummaryWords) -> str:
        """Return the labels of what was picked, in the order kept."""
        labels = {option.value: option.label[words.language] for option in field.options}
        return words.between.join(labels[each] for each in (value if isinstance(value, list) else [value]))


class Ranking(Choice):
    """Options in the order given."""

    name = "ranking"
    control = "ranks"
    many = True
    takes = BOUNDS

    def clean(self, field: Question, value: JsonValue, occasion: Occasion) -> JsonValue:
        """Return the options' values; one alone may come as plain text."""
        return self.pick_options(field, value)

    def pick_options(self, field: Question, value: JsonValue) -> list[str] | None:
        """Return the values picked in the order given, or None for none."""
        given = [value] if isinstance(value, str) else value
        if not isinstance(given, list):
            raise RefusedValueError("wrong_type")
        least, most = self.bounds(field)
        if len(given) > len(field.options) + most:  # before checking each of ten thousand
            raise RefusedValueError("too_many")
        picked = [option for each in given if (option := pick_option(field, each))]
        if len(set(picked)) != len(picked):
            raise RefusedValueError("repeated")
        if picked and not least <= len(picked) <= most:
            raise RefusedValueError("too_few" if len(picked) < least else "too_many")
        return picked or None

    def schema(self, field: Question) -> dict[str, Any]:
        """Return an array of different options. A required answer must not be empty."""
        least, most = self.bounds(field)
        limits = {"uniqueItems": True, "minItems": max(least, int(field.required)), "maxItems": most}
        return {"type": "array", "items": {"enum": list_values(field)}, **limits}

    def view(self, field: Question, words: Wording) -> dict[str, Any]:
        """Return the options, and one label per rank."""
        _, most = self.bounds(field)
        ranks = [words.rank.format(n=words.write_number(number + 1)) for number in range(most)]
        return {"options": list_options(field, words), "ranks": ranks}


class Choices(Ranking):
    """Any of the options."""

    name = "choices"
    control = "pick"

    def clean(self, field: Question, value: JsonValue, occasion: Occasion) -> JsonValue:
        """Return the options' values. The order of a post says nothing, so it is the form's."""
        picked = self.pick_options(field, value) or []
        return [option.value for option in field.options if option.value in picked] or None

    def view(self, field: Question, words: Wording) -> dict[str, Any]:
        return {"options": list_options(field, words), "input": {"type": "checkbox"}}


def pick_option(field: Question, value: JsonValue) -> str | None:
    """Return the value of one option, or None for an empty one."""
    if not isinstance(value, str):
        raise RefusedValueError("wrong_type")
    if value and value not in list_values(field):
        raise RefusedValueError("not_a_choice")
    return value or None


def list_values(field: Question) -> list[str]:
    """Return the values to pick from."""
    return [option.value for option in field.options]


def list_options(field: Question, words: Wording) -> list[list[str]]:
    """Return the value and the label of each option."""
    return [[option.value, option.label[words.language]] for option in field.options]
