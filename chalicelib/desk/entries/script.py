"""The script of a telephone call: what staff say, line by line, and where they write down the answers.

`telephone.toml` beside this file ships; `chalicelib/own/telephone.toml` takes its place.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pydantic import Field as Key

from chalicelib.forms.definition import Form
from chalicelib.forms.library import find_form
from chalicelib.forms.words import Words
from chalicelib.models import FieldName, Model, Name, OptionalName, Version
from chalicelib.shop import own

SHIPPED = Path(__file__).parent / "telephone.toml"


class ScriptLine(Model):
    """One line. `say` is read out, `do` tells staff what to do; the rest are the questions answered at this line.

    `fields` and `consents` are those of the form, `answers` fields of the survey.
    """

    say: Words
    do: Words | None = None
    fields: tuple[FieldName, ...] = ()
    consents: tuple[Name, ...] = ()
    answers: tuple[FieldName, ...] = ()

    @property
    def asks(self) -> bool:
        """Return whether the line is there for a question."""
        return bool(self.fields or self.consents or self.answers)


class Script(Model):
    """The script. `version` is kept with each consent: a change of the words needs a new one."""

    version: Version
    form: Name
    survey: OptionalName = ""
    lines: tuple[ScriptLine, ...] = Key(min_length=1, max_length=40)


def read_script() -> Script:
    """Return the script in use; raise DefinitionError."""
    return load_script(own.choose_file(SHIPPED))


@cache
def load_script(path: Path) -> Script:
    """Return a script; a shop's own is held to the shop's forms. Raise DefinitionError."""
    from chalicelib.definitions import load_definition  # imported here: only this page reads it

    return load_definition(path, Script, judge=None if path == SHIPPED else judge_script)


def judge_script(script: Script) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what the script asks and the forms do not have, and what the form needs and the script does not ask."""
    form, survey = find_form(script.form), find_form(script.survey) if script.survey else None
    if form is None:
        yield ("form",), "no form of that name"
        return
    if script.survey and survey is None:
        yield ("survey",), "no form of that name"
    if survey is not None and survey.anonymous:
        yield ("survey",), "an anonymous survey is not asked on the telephone: a caller has a name"
    for number, line in enumerate(script.lines):
        for kind, names, known in (
            ("fields", line.fields, {field.name for field in form.fields}),
            ("consents", line.consents, {ask.purpose for ask in form.consents}),
            ("answers", line.answers, list_answerable(survey, form)),
        ):
            for unknown in (name for name in names if name not in known):
                yield ("lines", str(number), kind), f"{unknown}: no such question there"
    asked = {name for line in script.lines for name in (*line.fields, *line.consents)}
    for needed in list_needed(form):
        if needed not in asked:
            yield ("lines",), f"{needed}: the form requires it, and no line asks it"


def list_needed(form: Form) -> list[str]:
    """Return the fields and purposes without which a form is not taken."""
    fields = [field.name for field in form.fields if field.required]
    return [*fields, *(ask.purpose for ask in form.consents if ask.required)]


def list_answerable(survey: Form | None, form: Form) -> set[str]:
    """Return the fields of a survey that may stand beside a form's: answers that name nobody and are not sensitive.

    None where the form has answers of its own beside the profile: a submission keeps the answers of one form.
    """
    if survey is None or any(field.place != "profile" for field in form.fields):
        return set()
    taken = {field.name for field in form.fields}
    found = (field for field in survey.fields if field.place != "profile" and not field.sensitive)
    return {field.name for field in found if field.name not in taken}
