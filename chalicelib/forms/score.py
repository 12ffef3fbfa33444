"""The score of a form: its first question of type score, which a mail can show as a row of numbers to press."""

import re

from chalicelib.forms.definition import Form
from chalicelib.forms.field import Field
from chalicelib.forms.types.number import Score

QUERY = "score"  # the name of the number in an address, whatever the question's own name
NUMBER = re.compile(r"0|-?[1-9][0-9]{0,3}")


def find_score(form: Form) -> Field | None:
    """Return the first question that takes a score, or None."""
    return next((field for field in form.fields if field.type == Score.name), None)


def choose_score(form: Form, text: str) -> dict[str, list[str]]:
    """Return a number of an address as an answer to the form's score; empty where the form takes no such number."""
    field = find_score(form)
    if field is None or not NUMBER.fullmatch(text):
        return {}
    least, most = field.bounds
    return {field.name: [text]} if least <= int(text) <= most else {}
