"""From the posted answers to the kept ones, by the definition alone. All faults are collected into one error."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field

from chalicelib.errors import InvalidSubmissionError
from chalicelib.forms.children import check_child, is_child, keep_minimum_answers, keep_minimum_consents, store_band
from chalicelib.forms.definition import ConsentAsk, Form
from chalicelib.forms.field import Field
from chalicelib.forms.reasons import RefusedValueError, mask_name
from chalicelib.forms.sensitive import check_sensitive, list_kept
from chalicelib.forms.values import Occasion
from chalicelib.models import JsonValue

YES = ("yes", "on", "true")
NO = ("", "no", "off", "false")
DATED = re.compile(r"\d{4}-\d{2}-\d{2}(\.\d+)?")  # a version of some consent's words


@dataclass(frozen=True)
class CleanForm:
    """The values of one filled-in form: `fields` belong to the person's profile, `entry` to this occasion.

    `sensitive` maps answers to their purposes. `parent` is the address that must confirm a child's form; `child` is
    true for a child's form. `shop` is the name that the consents were given to.
    """

    form: Form
    language: str
    shop: str
    fields: Mapping[str, JsonValue]
    entry: Mapping[str, JsonValue]
    consents: tuple[ConsentAsk, ...]
    sensitive: Mapping[str, str] = dataclass_field(default_factory=dict)
    child: bool = False
    parent: str = ""


def validate_form(
    form: Form, values: Mapping[str, JsonValue], *, language: str, shop: str, occasion: Occasion
) -> CleanForm:
    """Return the clean form; raise InvalidSubmissionError with a reason code for every field at fault.

    A name that the form does not know is refused: a post that is answered with 2xx is kept whole. `shop` is the shop's
    name in the language.
    """
    faults = find_unknown_names(form, values)
    kept = clean_fields(form, values, occasion, faults)
    consents = read_consents(form, values, faults)
    check_groups(form, kept, faults)
    check_sensitive(form, kept, consents, faults)
    child = is_child(kept, occasion.today)
    if child:
        check_child(form, kept, faults)
    if faults:
        raise InvalidSubmissionError(faults)
    parent = take_parent(form, kept)
    fields, entry = keep_minimum_answers(form, kept) if child else split_values(form, kept)
    return CleanForm(
        form,
        language,
        shop,
        store_band(form, fields, occasion.today),
        entry,
        keep_minimum_consents(form, consents, kept) if child else consents,
        list_kept(form, kept),
        child,
        parent if child else "",
    )


def take_parent(form: Form, kept: dict[str, JsonValue]) -> str:
    """Remove a parent's address from the answers and return it; it is kept for a child's form only."""
    return str(kept.pop(form.parent.field, "")) if form.parent else ""


def find_unknown_names(form: Form, values: Mapping[str, JsonValue]) -> dict[str, str]:
    """Return faults for values that this form did not ask for; an unusual name is not repeated."""
    known = {field.name for field in form.fields} | {ask.name for ask in form.consents}
    strangers = [name for name in values if name not in known]
    return {mask_name(name): "unknown" for name in strangers[:20]}


def clean_fields(
    form: Form, values: Mapping[str, JsonValue], occasion: Occasion, faults: dict[str, str]
) -> dict[str, JsonValue]:
    """Clean each field; empty answers are left out."""
    kept = {}
    for field in form.fields:
        try:
            answer = clean_field(field, values, occasion)
        except RefusedValueError as refusal:
            faults[field.name] = refusal.reason
        else:
            if answer is not None:
                kept[field.name] = answer
    return kept


def clean_field(field: Field, values: Mapping[str, JsonValue], occasion: Occasion) -> JsonValue:
    """Clean one field's answer, or None where there is none and none is needed."""
    answer = field.clean(values[field.name], occasion) if field.name in values else None
    if answer is None and field.required:
        raise RefusedValueError("missing")
    return answer


def read_consents(form: Form, values: Mapping[str, JsonValue], faults: dict[str, str]) -> tuple[ConsentAsk, ...]:
    """Return the consents given; add faults for missing ones."""
    given = []
    for ask in form.consents:
        try:
            if is_given(ask, values.get(ask.name, "")):
                given.append(ask)
            elif ask.required:
                faults[ask.name] = "missing"
        except RefusedValueError as refusal:
            faults[ask.name] = refusal.reason
    return tuple(given)


def is_given(ask: ConsentAsk, answer: JsonValue) -> bool:
    """Return whether a consent was given. A box's value is the version of its words; an older one means other words."""
    if isinstance(answer, bool):
        return answer
    if not isinstance(answer, str):
        raise RefusedValueError("wrong_type")
    if answer == ask.version or answer.lower() in YES:
        return True
    if answer.lower() in NO:
        return False
    raise RefusedValueError("words_changed" if DATED.fullmatch(answer) else "invalid")


def check_groups(form: Form, kept: Mapping[str, JsonValue], faults: dict[str, str]) -> None:
    """Add a fault to the first field of each group of which no member was answered."""
    for group in form.one_of:
        if not any(name in kept or name in faults for name in group):
            faults[group[0]] = "one_of"


def split_values(form: Form, kept: Mapping[str, JsonValue]) -> tuple[dict[str, JsonValue], dict[str, JsonValue]]:
    """Return the answers for the person's profile, and those for this entry."""
    profile = {field.name for field in form.fields if field.place == "profile"}
    fields = {name: value for name, value in kept.items() if name in profile}
    return fields, {name: value for name, value in kept.items() if name not in profile}
