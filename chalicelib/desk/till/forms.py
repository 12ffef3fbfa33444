"""The forms as the till's page has them: the shop's own, then a note and a purchase, in one language each."""

import json
from dataclasses import dataclass
from typing import Any

from chalicelib.config import Settings
from chalicelib.forms.definition import Form
from chalicelib.forms.interface import Interface, find_interface
from chalicelib.forms.library import list_named, list_till_forms
from chalicelib.forms.view import show_form
from chalicelib.shop.brand import name_shop

FIRST = "sign-up"


@dataclass(frozen=True)
class FormView:
    """A form as it is shown. `needs`, as JSON: lists of names of which one must be answered, each with what to say."""

    form: dict[str, Any]
    fields: dict[str, dict[str, Any]]
    asks: dict[str, dict[str, Any]]
    spoken: Interface
    needs: str


def list_views(language: str, settings: Settings, currency: str) -> list[FormView]:
    """Return every form that a till takes in, the sign-up first, the till's own last; `currency` is the shop's."""
    shop = sorted(list_named(), key=lambda form: (form.name != FIRST, form.name))
    return [view_form(form, language, settings, currency) for form in (*shop, *list_till_forms())]


def view_form(form: Form, language: str, settings: Settings, currency: str) -> FormView:
    """Return a form in a language, or in its own where it does not speak that one."""
    spoken = find_interface(form.choose_language(language))
    view = show_form(form, spoken, "", name_shop(settings, spoken.language))
    # A browser offers nothing of what an earlier customer typed.
    fields = {field["name"]: {**field, "autocomplete": "off"} for field in view["fields"]}
    if "amount" in fields:
        fields["amount"]["input"] = {**fields["amount"]["input"], **limit_amount(currency)}
    needs = json.dumps(list_needs(form, spoken), ensure_ascii=False)
    return FormView(view, fields, {ask["name"]: ask for ask in view["consents"]}, spoken, needs)


def limit_amount(currency: str) -> dict[str, str]:
    """Return the attributes of the box of an amount: a keypad with a comma, and the digits of any language."""
    # Imported here: the desk starts without the senders.
    from chalicelib.senders.minor_units import PLACES

    places = PLACES.get(currency, 2)
    fraction = rf"([.,٫]\p{{Nd}}{{1,{places}}})?" if places else ""
    return {"inputmode": "decimal", "pattern": rf"\p{{Nd}}{{1,9}}{fraction}"}


def list_needs(form: Form, spoken: Interface) -> list[tuple[list[str], str]]:
    """Return the names of which one must be answered, with the sentence for when none is."""
    single = [([field.name], "missing") for field in form.fields if field.required]
    consents = [([ask.name], "missing") for ask in form.consents if ask.required]
    groups = [(list(group), "one_of") for group in form.one_of]
    return [(names, spoken.explain_reason(form, names[0], reason)) for names, reason in (*single, *consents, *groups)]
