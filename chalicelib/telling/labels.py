"""What the shop's forms call their questions and options, in one language."""

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.forms.definition import Form
from chalicelib.forms.field import Field


@dataclass(frozen=True)
class Labels:
    """Labels of questions; of two questions of one name the first form's counts, as in the numbers."""

    fields: dict[str, Field]
    language: str

    def name_question(self, question: str) -> str:
        """Return the words of a question, or its name where no form asks it any more."""
        field = self.fields.get(question)
        return field.label[self.language] if field else question

    def name_option(self, question: str, option: str) -> str:
        """Return the words of an option, or its value."""
        field = self.fields.get(question)
        found = (each.label[self.language] for each in (field.options if field else ()) if each.value == option)
        return next(found, option)


def make_labels(forms: Iterable[Form], language: str) -> Labels:
    """Return the labels of the shop's forms."""
    fields: dict[str, Field] = {}
    for form in forms:
        for field in form.fields:
            fields.setdefault(field.name, field)
    return Labels(fields, language)
