"""One step of a form: the questions and consents that a phone shows at once."""

from collections.abc import Mapping, Sequence

from pydantic import Field as Key

from chalicelib.forms.words import Words
from chalicelib.models import FieldName, Model, Name


class Step(Model):
    """One step. A form can be sent before an `optional` one. The title of a step of one question is its label."""

    fields: tuple[FieldName, ...] = Key(min_length=1)
    consents: tuple[Name, ...] = ()
    title: Words | None = None
    optional: bool = False


def judge_steps(steps: Sequence[Step], fields: Mapping[str, bool], consents: Mapping[str, bool]) -> str:
    """Return the fault of a form's steps, or "".

    `fields` maps the form's fields to whether each is required, `consents` its purposes likewise.
    """
    if len(steps) == 1:
        return "one step alone is none: leave steps out"
    if [name for step in steps for name in step.fields] != list(fields):
        return "steps must name every field once, in the order of the fields"
    if [purpose for step in steps for purpose in step.consents] != list(consents):
        return "steps must name every consent once, in the order of the consents"
    if [step.optional for step in steps] != sorted(step.optional for step in steps) or steps[0].optional:
        return "the optional steps come last, after one that is not"
    return next((fault for step in steps if (fault := judge_step(step, fields, consents))), "")


def judge_step(step: Step, fields: Mapping[str, bool], consents: Mapping[str, bool]) -> str:
    """Return the fault of one step, or ""."""
    place = f"the step of {step.fields[0]}"
    if step.title is None and (step.optional or len(step.fields) > 1):
        return f"{place} needs a title: it has several questions, or is optional"
    needed = [name for name in step.fields if fields[name]] + [each for each in step.consents if consents[each]]
    return f"{place} is optional, but requires {', '.join(needed)}" if step.optional and needed else ""
