"""The score of a form as a row of numbers in a mail: each is a link that opens the form with that number chosen."""

from chalicelib.forms.interface import find_interface
from chalicelib.forms.library import find_form
from chalicelib.forms.score import QUERY, find_score
from chalicelib.mails.language import MailLanguage
from chalicelib.mails.words import MailWords
from chalicelib.models import Model

MOST = 11  # numbers: more do not fit into two lines of a phone


class Mark(Model):
    """One number: its address, its sign in the language's digits, and its name for a screen reader."""

    link: str
    sign: str
    name: str


class Scale(Model):
    """A question, the numbers to press, and the ends of the row that have words. `language` is the form's."""

    language: str
    question: str
    marks: tuple[Mark, ...]
    ends: tuple[tuple[str, str], ...]


def find_scale(words: MailWords, spoken: MailLanguage) -> Scale | None:
    """Return the score of the form that a mail leads to; None where it leads to none, or its form has no such row."""
    form = find_form(words.form) if words.form else None
    field = find_score(form) if form else None
    if form is None or field is None or form.anonymous:  # the address that a number stands in names the customer
        return None
    language = form.choose_language(spoken.language)
    shown = field.view(find_interface(language))
    options: list[list[str]] = shown["options"]
    if len(options) > MOST:
        return None
    first, last = options[0][1], options[-1][1]
    ends = {sign: told for sign, told in zip((first, last), shown["ends"], strict=True) if told}
    return Scale(
        language=language,
        question=field.label[language],
        marks=tuple(
            Mark(
                link=f"{words.link}?{QUERY}={value}",
                sign=sign,
                name=name_mark(spoken, sign, last, ends.get(sign, "")),
            )
            for value, sign in options
        ),
        ends=tuple(ends.items()),
    )


def name_mark(spoken: MailLanguage, sign: str, most: str, end: str) -> str:
    """Return what a screen reader says of a number, e.g. `9 of 10`; at an end of the row also its words."""
    name = spoken.number_of.format(number=sign, most=most)
    return f"{name}: {end}" if end else name
