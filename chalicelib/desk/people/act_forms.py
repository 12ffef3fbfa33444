"""The forms of acts that are asked like the shop's own forms: which questions they have, and how a faulty one is shown.

A form with a mistake is shown alone, with what was typed: the record is not opened for that.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from chalice import Response

from chalicelib.desk.answers import show_page
from chalicelib.desk.entries.entry import gather_typed, list_sent
from chalicelib.desk.people.form_ids import read_form_id
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.words import find_desk_words
from chalicelib.errors import InvalidSubmissionError
from chalicelib.forms.children import store_band
from chalicelib.forms.definition import Form
from chalicelib.forms.field import CONTACT
from chalicelib.forms.interface import find_interface
from chalicelib.forms.library import list_readable, load_form
from chalicelib.forms.post import sort_post
from chalicelib.forms.validation import clean_fields
from chalicelib.forms.values import Occasion
from chalicelib.forms.view import show_field
from chalicelib.models import HeldValue, JsonValue, Profile
from chalicelib.pages.form_page import place_focus

PURCHASE = Path(__file__).parent / "purchase.toml"


def find_purchase() -> Form:
    """Return the form of a purchase."""
    return load_form(PURCHASE)


def build_details(language: str) -> Form:
    """Return one form of every detail that the shop's forms know, in a language; sensitive answers are left out.

    Those need the consent that stands beside them on their own form.
    """
    forms = (form for form in list_readable() if language in form.languages)
    spoken = sorted(forms, key=lambda form: form.name != "sign-up")
    fields = {
        field.name: field.model_copy(update={"required": False, "why": None})
        for form in reversed(spoken)
        for field in reversed(form.fields)
        if field.place == "profile" and not field.sensitive
    }
    ordered = sorted(reversed(fields.values()), key=lambda field: field.name not in CONTACT)  # who it is comes first
    changed = {"fields": tuple(ordered), "consents": (), "steps": (), "one_of": (), "parent": None}
    return find_purchase().model_copy(update={**changed, "name": "details"})


def read_answers(request: DeskRequest, form: Form, today: date) -> dict[str, JsonValue]:
    """Return the clean answers of a post; raise InvalidSubmissionError."""
    sent = [(name, value) for name, value in list_sent(request) if form.find_field(name)]
    faults: dict[str, str] = {}
    values = sort_post(form, sent).values
    kept = clean_fields(form, values, Occasion(request.services.settings.shop_country, today), faults)
    if faults:
        raise InvalidSubmissionError(faults)
    return store_band(form, kept, today)


def show_questions(form: Form, language: str) -> list[dict[str, Any]]:
    """Return the questions as the templates draw them; no browser remembers what a customer said."""
    return [{**show_field(field, find_interface(language)), "autocomplete": "off"} for field in form.fields]


def show_act(act: str, request: DeskRequest, form: Form, typed: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return what a template draws of an act's form: its hint, its questions with what stands in them, its button."""
    language, say = request.language, find_desk_words(request.language).acts
    hint = say.details_hint if act == "details" else form.intro[language]
    button = say.details_button if act == "details" else form.submit[language]
    return {"hint": hint, "button": button, "questions": show_questions(form, language), "typed": typed}


def show_acts(request: DeskRequest, profile: Profile, today: date) -> dict[str, dict[str, Any]]:
    """Return the forms of a person's page, with what is known beforehand."""
    bought = {"quantity": ["1"], "bought_on": [today.isoformat()]}
    details = build_details(request.language)
    return {
        "purchase": show_act("purchase", request, find_purchase(), bought),
        "details": show_act("details", request, details, list_held(details, profile.fields)),
    }


def list_held(form: Form, fields: Mapping[str, HeldValue]) -> dict[str, Sequence[str]]:
    """Return what a customer's details are now, as texts by question."""
    values = {field.name: fields[field.name].value for field in form.fields if field.name in fields}
    return {
        name: [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]
        for name, value in values.items()
    }


def show_faulty(
    request: DeskRequest, customer_id: str, act: str, form: Form, refusal: InvalidSubmissionError
) -> Response:
    """Return the page of one form with its mistakes, and what was typed."""
    language, words = request.language, find_desk_words(request.language)
    spoken, own = find_interface(language), words.acts.faults
    faults = {
        name: own[reason] if reason in own else spoken.explain_reason(form, name, reason)
        for name, reason in refusal.fields.items()
        if form.find_field(name)
    }
    if not faults:
        raise refusal
    return show_page(
        request,
        "act_again.html",
        title=getattr(words.acts, act),
        status=refusal.STATUS_CODE,
        customer_id=customer_id,
        act=act,
        asked={act: show_act(act, request, form, gather_typed(list_sent(request)))},
        faults=faults,
        labels={field.name: field.label[language] for field in form.fields},
        places={field["name"]: place_focus(field) for field in show_questions(form, language)},
        submission=read_form_id(request),
    )
