"""The words of pages and embedded forms beside a form's own: `words/<language>/interface.toml`."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field as Key

from chalicelib.forms.anonymity import Anonymity
from chalicelib.forms.definition import Form
from chalicelib.models import Model
from chalicelib.shop.ages import read_rules
from chalicelib.text import isolate_text, runs_against
from chalicelib.words import find_words

SHORT_GROUP = 3  # questions that a sentence names; of more it says only that one is needed


class Interface(Model):
    """The words of one language. `digits` are its ten digits, nought first; `numbers` the words for one to ten."""

    language: str
    language_name: str
    direction: Literal["ltr", "rtl"]
    digits: str
    numbers: Annotated[tuple[str, ...], Key(min_length=10, max_length=10)]
    required: str
    pick: str
    day_example: str
    topics_hint: str
    rank: str
    step: str
    step_question: str
    optional: str
    go_on: str
    go_back: str
    clear: str
    quoted: str
    between: str
    languages: str
    leave_empty: str
    error: str
    summary: str
    question: str
    question_hint: str
    asked: str
    sending: str
    not_sent: str
    friend_code: str
    number: str
    number_hint: str
    next: str
    sent: str
    given: str
    agreed: str
    open_page: str
    back: str
    home: str
    goes_to: str
    privacy: str
    welcome: str
    welcome_text: str
    forms: str
    your_data: str
    poll_title: str
    poll_votes: str
    poll_later: str
    poll_steps: str
    anonymous: Mapping[Anonymity, str]
    problems: Mapping[str, str]
    reasons: Mapping[str, str]

    def isolate(self, text: str) -> str:
        """Return a name as it stands in a sentence of this language, marked where it runs against the sentence."""
        return isolate_text(text) if runs_against(text, self.direction) else text

    def end_label(self, label: str) -> str:
        """Return the sign between a label and the sentence about it: none after a question."""
        return "" if label.endswith(("?", "\u061f")) else ":"

    def write_number(self, number: int) -> str:
        """Write a whole number in this language's digits."""
        return str(number).translate({48 + value: digit for value, digit in enumerate(self.digits)})

    def explain_reason(self, form: Form, name: str, reason: str) -> str:
        """Return a sentence for a reason code of one field; a general one where the form has no such field."""
        field = form.find_field(name)
        if field is None:
            kind = "consent" if any(ask.name == name for ask in form.consents) else ""
            return self.reasons.get(f"{reason}_{kind}") or self.reasons[reason]
        least, most = field.bounds
        group = list_group(form, name, self.language)
        if reason == "one_of" and len(group) > SHORT_GROUP:
            reason = "one_of_many"
        if reason == "too_long":
            most = field.character_limit
        sentence = self.reasons.get(f"{reason}_{field.kind.sentences}") or self.reasons[reason]
        return sentence.format(
            least=self.write_number(least),
            most=self.write_number(most),
            limit=self.write_number(read_rules().limit),
            fields=self.between.join(self.quoted.format(text=label) for label in group),
        )


def list_group(form: Form, name: str, language: str) -> list[str]:
    """Return the labels of the fields of which one is needed, for the group that this field is in."""
    group = next((group for group in form.one_of if name in group), ())
    found = [form.find_field(member) for member in group]
    return [field.label[language] for field in found if field]


def find_interface(language: str) -> Interface:
    """Return the interface in that language; KeyError where there is none."""
    return find_words(language, "interface", Interface)
