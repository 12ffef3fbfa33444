"""The forms' addresses: the page, its schema, its thanks, the post, and the script that puts a form into any page."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from chalice import Blueprint, Response

from chalicelib.door import open_door
from chalicelib.errors import DefinitionError, TryAgainLaterError, UnknownPageError
from chalicelib.forms.definition import Form
from chalicelib.forms.interface import find_interface
from chalicelib.forms.library import find_form
from chalicelib.forms.schema import write_schema
from chalicelib.forms.view import show_form
from chalicelib.models.numbers import read_number
from chalicelib.pages import rendering
from chalicelib.pages.form_page import render_form, render_problem
from chalicelib.pages.scripts import read_script
from chalicelib.routes.form_answers import answer_json, answer_page, show_thanks
from chalicelib.routes.form_posts import take_post
from chalicelib.routes.form_questions import make_page_token
from chalicelib.routes.form_request import FormRequest, names_html, read_form_request
from chalicelib.routes.http import ANY, SHOWN, read_headers
from chalicelib.routes.languages import choose_language
from chalicelib.routes.origins import PREFLIGHT, read_origin, share_headers
from chalicelib.shop.brand import name_shop
from chalicelib.words import list_languages

forms = Blueprint(__name__)
log = logging.getLogger(__name__)


def read_form(name: str) -> Form | None:
    """Return the form of that name, or None; raise TryAgainLaterError for a file with a mistake."""
    try:
        return find_form(name)
    except DefinitionError as fault:  # the shop's own mistake: it names the file, the line and the place
        log.error("form_unusable", extra={"key": name, "reason": str(fault)})
        raise TryAgainLaterError(f"This form cannot be shown: {fault}") from None


def with_form(answer: Callable[[FormRequest], Response]) -> Callable[[str], Response]:
    """Make a view from a function of a FormRequest; an unknown form is 404, as a page for a browser."""

    @wraps(answer)
    def view(form: str) -> Response:
        found = read_form(form)
        if found is None:
            return refuse_page(forms.current_request)
        return answer(read_form_request(open_door(), forms.current_request, found))

    return view


@forms.route("/forms/{form}", methods=["POST"], content_types=ANY)
@with_form
def receive_form(request: FormRequest) -> Response:
    """Take one filled-in form. 202 kept, 200 kept before; a page or 303 for a browser; else nothing was kept."""
    return take_post(request, forms.current_request)


@forms.route("/forms/{form}", methods=SHOWN, content_types=ANY)
@with_form
def show_page(request: FormRequest) -> Response:
    return open_page(request)


@forms.route("/forms/{form}", methods=["OPTIONS"], content_types=ANY)
@with_form
def answer_preflight(request: FormRequest) -> Response:
    """Answer a browser's preflight request (Fetch standard, 4.8): the same for every request."""
    shared = share_headers(request.form, request.origin)
    return Response("", status_code=204, headers={**shared, **PREFLIGHT})


@forms.route("/forms/{form}/thanks", methods=SHOWN, content_types=ANY)
@with_form
def open_thanks(request: FormRequest) -> Response:
    """Show the thank-you page of a link; it knows no answers, and a number only from its address."""
    asked = forms.current_request.query_params or {}
    return show_thanks(request, read_number(str(asked.get("number", ""))))


@forms.route("/forms/{form}/schema", methods=SHOWN, content_types=ANY)
@with_form
def show_schema(request: FormRequest) -> Response:
    """Return the JSON Schema of a post, and under `x-form` all that an embedded form shows."""
    shop = name_shop(request.door.settings, request.spoken)
    schema = write_schema(request.form, request.spoken, request.link, shop)
    shown = show_form(request.form, request.words, make_page_token(request), shop)
    return answer_json(request, {**schema, "x-form": shown}, 200)


@forms.route("/embed.js", methods=SHOWN, content_types=ANY)
def show_embed() -> Response:
    """Return the script that puts a form into any page."""
    headers = {
        "Content-Type": "text/javascript; charset=utf-8",
        "Cache-Control": "public, max-age=3600, stale-while-revalidate=86400",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return Response(read_script("embed.js"), status_code=200, headers=headers)


def refuse_page(request: Any) -> Response:
    """Answer 404: UnknownPageError for a program, a page for a person."""
    headers, settings = read_headers(request), open_door().settings
    if not names_html(headers):
        raise UnknownPageError("There is no such form.")
    spoken = choose_language(request, headers, list_languages(), settings.shop_language)
    page = render_problem(find_interface(spoken), shop=name_shop(settings, spoken), status=404, address="")
    shown = rendering.page_headers(read_origin(settings.public_url), spoken)
    return Response(page, status_code=404, headers=shown)


def open_page(request: FormRequest) -> Response:
    """Return the form's page with a fresh page token."""
    shop = name_shop(request.door.settings, request.spoken)
    token = make_page_token(request)
    page = render_form(
        request.form,
        request.words,
        shop=shop,
        address=request.link,
        page_token=token,
        typed=request.chosen,
        known=request.known,
        kept=request.kept,
    )
    return answer_page(request, page)
