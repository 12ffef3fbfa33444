"""A form as staff fill it in for a customer: how it is shown, read, and answered.

`desk-speak` is the button of a language: the form is shown again in it, with what was typed, and nothing is kept.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from chalice import Response
from chalice.app import ChaliceViewError

from chalicelib.desk.answers import show_page
from chalicelib.desk.request import DeskRequest, Pairs
from chalicelib.errors import InvalidSubmissionError
from chalicelib.forms.definition import Form
from chalicelib.forms.interface import Interface, find_interface
from chalicelib.forms.view import show_form
from chalicelib.models.friend_codes import QUERY as FRIEND
from chalicelib.pages.form_page import list_switches, place_focus
from chalicelib.pages.summary import list_answers
from chalicelib.shop.brand import name_shop
from chalicelib.shop.referrals import takes_codes

SPEAK, TOKEN = "desk-speak", "form_token"  # no field of a form can have the first name
Typed = Mapping[str, Sequence[str]]


def choose_spoken(request: DeskRequest, form: Form) -> str:
    """Return the customer's language: the one that was pressed, posted or linked to, else the page's."""
    sent = dict(request.pairs) if request.raw.method == "POST" else {}
    wanted = (sent.get(SPEAK, ""), sent.get("language", ""), request.asked.get("speak", ""), request.language)
    return next((each for each in wanted if each in form.languages), form.languages[0])


def list_sent(request: DeskRequest) -> Pairs:
    """Return what was posted, without what belongs to the desk."""
    return [(name, value) for name, value in request.pairs if name not in (SPEAK, TOKEN)]


def is_only_shown(request: DeskRequest) -> bool:
    """Return whether a language was pressed, so that nothing is to be kept yet."""
    return SPEAK in dict(request.pairs)


def gather_typed(sent: Pairs) -> dict[str, list[str]]:
    """Return the texts sent, by name, in their order."""
    typed: dict[str, list[str]] = {}
    for name, value in sent:
        typed.setdefault(name, []).append(value)
    return typed


def show_entry(
    request: DeskRequest,
    template: str,
    form: Form,
    *,
    title: str,
    typed: Typed | None = None,
    refusal: ChaliceViewError | None = None,
    **shown: Any,
) -> Response:
    """Return the page with the form; `refusal` is why what was typed was not kept."""
    spoken, typed = find_interface(choose_spoken(request, form)), typed or {}
    faults = refusal.fields if isinstance(refusal, InvalidSubmissionError) else {}
    view = show_form(form, spoken, "", name_shop(request.services.settings, spoken.language))
    fields = {field["name"]: {**field, "autocomplete": "off"} for field in view["fields"]}
    problem = "" if faults or refusal is None else spoken.problems.get(str(refusal.STATUS_CODE), spoken.not_sent)
    return show_page(
        request,
        template,
        title=title,
        status=refusal.STATUS_CODE if refusal else 200,
        form=view,
        fields=fields,
        asks={ask["name"]: ask for ask in view["consents"]},
        spoken=spoken,
        switches=list_switches(form.languages),
        typed=typed,
        filled=[name for name, texts in typed.items() if any(texts)],
        faults={name: spoken.explain_reason(form, name, reason) for name, reason in faults.items()},
        grouped=[name for name, reason in faults.items() if reason == "one_of"],
        places={name: place_focus(field) for name, field in fields.items()} | {FRIEND: f"f-{FRIEND}"},
        problem=problem,
        takes_codes=takes_codes() and not form.anonymous,
        # The same form keeps its id, so that a second press counts once; a new one gets a new id.
        submission="".join(typed.get("submission", [])[:1]) or secrets.token_urlsafe(16),
        **shown,
    )


def show_kept(request: DeskRequest, form: Form, kept: Any, *, again: str) -> Response:
    """Return the page after a form was kept: for the customer thanks and number, for staff what became of it."""
    spoken: Interface = find_interface(choose_spoken(request, form))
    language = spoken.language
    return show_page(
        request,
        "kept.html",
        title=form.thanks_title[language],
        spoken=spoken,
        thanks=form.thanks[language],
        follows=form.next[language] if form.next else "",
        answers=list_answers(kept.clean, spoken),
        kept=kept,
        person=f"/people/{kept.customer}",
        again=again,
    )
