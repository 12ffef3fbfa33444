"""A form for a customer whom the shop knows: it does not ask who that is."""

from collections.abc import Collection, Iterable

from chalicelib.forms.definition import Form
from chalicelib.forms.field import Field
from chalicelib.forms.step import Step

NAMES = ("name", "email", "phone")


def ask_known(form: Form) -> Form:
    """Return the form without the questions that ask who one is, for a page that no other site may show.

    A postal address is asked where the form requires it: a parcel may go to another one than the shop knows. A group
    of which one member must be answered asks for nothing more where it names somebody.
    """
    asked = tuple(field for field in form.fields if not names_person(field))
    names = [field.name for field in asked]
    changes = {
        "fields": asked,
        "one_of": tuple(group for group in form.one_of if set(group).issubset(names)),
        "steps": shorten_steps(form.steps, names),
        "origins": (),
    }
    return form.model_copy(update=changes)


def names_person(field: Field) -> bool:
    """Return whether a question only tells the shop who answers, or where to reach them."""
    return field.name in NAMES or (field.name == "address" and not field.required)


def shorten_steps(steps: Iterable[Step], names: Collection[str]) -> tuple[Step, ...]:
    """Return the steps that still ask something; the consents of one that does not stand in the step beside it."""
    kept: list[Step] = []
    waiting: tuple[str, ...] = ()
    for step in steps:
        fields = tuple(name for name in step.fields if name in names)
        if fields:
            own = {"fields": fields, "consents": (*waiting, *step.consents), "optional": step.optional and bool(kept)}
            kept.append(step.model_copy(update=own))
            waiting = ()
        elif kept:
            kept[-1] = kept[-1].model_copy(update={"consents": (*kept[-1].consents, *step.consents)})
        else:
            waiting = (*waiting, *step.consents)
    return tuple(kept) if len(kept) > 1 else ()
