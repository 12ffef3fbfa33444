"""What a child's form may hold: how to reach them, the answers that it is about, and a parent's yes where it asks.

Nothing else of the post is kept: no permission for anything, no detail that nobody needs.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from chalicelib.forms.definition import ConsentAsk, Form
from chalicelib.models import JsonValue
from chalicelib.shop.ages import AGE_BAND, BIRTH_YEAR, OWN, is_young, place_year

KEPT = OWN | {"mail_language"}  # the preferences page's name for `language`


def is_child(kept: Mapping[str, JsonValue], today: date) -> bool:
    """Tell a form that says its writer is a child."""
    return any(is_young(name, kept[name], today) for name in (BIRTH_YEAR, AGE_BAND) if name in kept)


def check_child(form: Form, kept: Mapping[str, JsonValue], faults: dict[str, str]) -> None:
    """Blame what a child cannot give: a permission that the form is nothing without, a sensitive answer of their own.

    Where the form asks parents, blame a missing address instead, and one that is the child's own.
    """
    sensitive = form.list_sensitive()
    needed = [ask for ask in form.consents if ask.required]
    for name in [field.name for field in form.fields if needed and field.name in (BIRTH_YEAR, AGE_BAND)]:
        faults[name] = "too_young"
    for ask in needed:
        faults.pop(ask.name, None)
    if form.parent is None:
        faults.update({name: "too_young" for name in sensitive if name in kept})
        return
    name = form.parent.field
    if name not in kept:
        faults.setdefault(name, "parent_needed")
    elif str(kept[name]).lower() == str(kept.get("email")).lower():
        faults[name] = "own_address"


def keep_minimum_answers(
    form: Form, kept: Mapping[str, JsonValue]
) -> tuple[dict[str, JsonValue], dict[str, JsonValue]]:
    """Part a child's answers: what belongs to the person is little, and what this form needs stays with it."""
    fields, entry = {}, {}
    for field in form.fields:
        if field.name not in kept:
            continue
        if field.name in KEPT:
            fields[field.name] = kept[field.name]
        elif field.place == "entry" or field.required or field.sensitive:
            entry[field.name] = kept[field.name]
    return fields, entry


def keep_minimum_consents(
    form: Form, given: Iterable[ConsentAsk], kept: Mapping[str, JsonValue]
) -> tuple[ConsentAsk, ...]:
    """Return the permissions that a parent is to confirm: those of the sensitive answers, and no other."""
    purposes = {purpose for name, purpose in form.list_sensitive().items() if name in kept}
    return tuple(ask for ask in given if ask.purpose in purposes)


def store_band(form: Form, fields: Mapping[str, JsonValue], today: date) -> dict[str, JsonValue]:
    """Return profile fields with the age range alone of a year of birth, where the form says so."""
    field = form.find_field(BIRTH_YEAR)
    if field is None or not field.as_band or BIRTH_YEAR not in fields:
        return dict(fields)
    rest = {name: value for name, value in fields.items() if name != BIRTH_YEAR}
    return {**rest, AGE_BAND: place_year(fields[BIRTH_YEAR], today)}
