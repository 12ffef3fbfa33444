"""A telephone call as the page shows it: the script laid over the shop's forms as they are."""

from dataclasses import dataclass
from typing import Any

from chalicelib.desk.entries.script import Script, ScriptLine, list_answerable, list_needed, read_script
from chalicelib.forms.definition import Form
from chalicelib.forms.library import find_form


@dataclass(frozen=True)
class Call:
    """A call. `form` has the questions that are asked, `lines` those that are spoken.

    `rest` are names of required questions that no line of the script asks; `survey` is the form of the answers.
    """

    script: Script
    form: Form
    lines: tuple[ScriptLine, ...]
    rest: tuple[str, ...]
    survey: Form | None


def plan_call() -> Call | None:
    """Return the call, or None where the shop switched off the script's form; raise DefinitionError.

    A question that the forms do not have (any more) is not asked, and a line that is there for it is not spoken.
    """
    script = read_script()
    form, survey = find_form(script.form), find_form(script.survey) if script.survey else None
    if form is None:
        return None
    survey = None if survey and survey.anonymous else survey  # a caller has a name
    answerable = list_answerable(survey, form)
    lines = tuple(line for each in script.lines if (line := keep_known(each, form, answerable)) is not None)
    asked = {name for line in lines for name in (*line.fields, *line.consents)}
    rest = tuple(name for name in list_needed(form) if name not in asked)
    answers = [name for line in lines for name in line.answers]
    joined = join_forms(form, survey, asked | set(rest), answers)
    return Call(script, joined, lines, rest, survey if answers else None)


def keep_known(line: ScriptLine, form: Form, answerable: set[str]) -> ScriptLine | None:
    """Return a line with the questions that there are; None for one that has none left."""
    purposes = {ask.purpose for ask in form.consents}
    kept = line.model_copy(
        update={
            "fields": tuple(name for name in line.fields if form.find_field(name)),
            "consents": tuple(name for name in line.consents if name in purposes),
            "answers": tuple(name for name in line.answers if name in answerable),
        }
    )
    return kept if kept.asks or not line.asks else None


def join_forms(form: Form, survey: Form | None, asked: set[str], answers: list[str]) -> Form:
    """Return one form of the questions that are asked: one post, one check, one submission."""
    own = [field for field in form.fields if field.name in asked]
    told = [field for field in survey.fields if field.name in answers] if survey else []
    names = {field.name for field in (*own, *told)}
    groups = (tuple(name for name in group if name in names) for group in form.one_of)
    changed: dict[str, Any] = {
        "fields": (*own, *told),
        "consents": tuple(ask for ask in form.consents if ask.purpose in asked),
        "one_of": tuple(group for group in groups if group),
        "steps": (),
    }
    return form.model_copy(update=changed)
