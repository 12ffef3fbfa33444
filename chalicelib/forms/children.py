"""The part of a child's form that is kept: contact details, the answers that the form needs, a parent's address.

The rest of the post is not kept: no consent, and no answer that the form does not need.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from chalicelib.forms.definition import ConsentAsk, Form
from chalicelib.models import JsonValue
from chalicelib.shop.ages import AGE_BAND, BIRTH_YEAR, OWN, is_young, place_year

KEPT = OWN | {"mail_language"}  # the preferences page's name for `language`


def is_child(kept: Mapping[str, JsonValue], today: date) -> bool:
    """Return whether the answers say that a child filled in the form."""
    return any(is_young(name, kept[name], today) for name in (BIRTH_YEAR, AGE_BAND) if name in kept)


def check_child(form: Form, kept: Mapping[str, JsonValue], faults: dict[str, str]) -> None:
    """Add faults for what a child cannot give: a required consent, and a sensitive answer.

    Where the form asks parents, the faults are instead: no parent's address, or the child's own address as a parent's.
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
    elif is_same_address(kept[name], kept.get("email")):
        faults[name] = "own_address"


def is_same_address(one: JsonValue, other: JsonValue) -> bool:
    """Return whether two kept answers are one address, however each was spelt."""
    from chalicelib.addresses import normalise_email  # imported here: most posts have no parent's address

    return normalise_email(str(one)) == normalise_email(str(other or ""))


def keep_minimum_answers(
    form: Form, kept: Mapping[str, JsonValue]
) -> tuple[dict[str, JsonValue], dict[str, JsonValue]]:
    """Return a child's answers for the profile (contact details, age) and for the entry (what this form needs)."""
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
    """Return the consents that a parent is asked to confirm: those of the sensitive answers, and no other."""
    purposes = {purpose for name, purpose in form.list_sensitive().items() if name in kept}
    return tuple(ask for ask in given if ask.purpose in purposes)


def store_band(form: Form, fields: Mapping[str, JsonValue], today: date) -> dict[str, JsonValue]:
    """Return profile fields with an age range in place of the year of birth, where the form says so."""
    field = form.find_field(BIRTH_YEAR)
    if field is None or not field.as_band or BIRTH_YEAR not in fields:
        return dict(fields)
    rest = {name: value for name, value in fields.items() if name != BIRTH_YEAR}
    return {**rest, AGE_BAND: place_year(fields[BIRTH_YEAR], today)}
