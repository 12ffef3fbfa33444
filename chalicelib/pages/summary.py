"""What the page after a post repeats of it: each question with its answer, masked or shortened."""

from collections.abc import Iterator
from datetime import date

from chalicelib.forms.field import Field
from chalicelib.forms.interface import Interface
from chalicelib.forms.validation import CleanForm
from chalicelib.forms.wording import SummaryWords
from chalicelib.models import JsonValue
from chalicelib.shop.ages import AGE_BAND


def list_answers(clean: CleanForm, words: Interface) -> list[tuple[str, str]]:
    """Return the questions that were answered and what is repeated of each answer, then the boxes that were ticked."""
    language = words.language

    def write_day(day: date) -> str:
        from chalicelib.mails.language import find_mail_language  # only a day needs the months of mails

        return find_mail_language(language).write_day(day)

    told = SummaryWords(language, words.given, words.between, words.write_number, write_day)
    answers = [(field.label[language], field.summarise(value, told)) for field, value in pair_answers(clean)]
    return answers + [(words.agreed, ask.say(language, words.isolate(clean.shop))) for ask in clean.consents]


def pair_answers(clean: CleanForm) -> Iterator[tuple[Field, JsonValue]]:
    """Yield each field that was answered, with the answer; a parent's address is one of a child's form."""
    parent = {clean.form.parent.field: clean.parent} if clean.form.parent and clean.parent else {}
    given = {**clean.fields, **clean.entry, **parent}
    for field in clean.form.fields:
        name = AGE_BAND if field.as_band else field.name
        if name in given:
            yield field, given[name]
