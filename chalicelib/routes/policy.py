"""The privacy page: GET /privacy, as a page for people and as JSON of the same facts."""

from typing import Any

from chalice import Blueprint, Response

from chalicelib.door import Door, open_door
from chalicelib.errors import TryAgainLaterError
from chalicelib.pages.rendering import page_headers
from chalicelib.routes.form_request import names_html
from chalicelib.routes.http import ANY, SHARED, SHOWN, read_headers, request_time
from chalicelib.routes.languages import choose_language
from chalicelib.routes.origins import read_origin
from chalicelib.senders import SENDERS
from chalicelib.words import list_languages

policy = Blueprint(__name__)


@policy.route("/privacy", methods=SHOWN, content_types=ANY)
def show_policy() -> Response:
    """Show the page, or its facts for a caller who takes JSON and no page."""
    request, door = policy.current_request, open_door()
    return answer_policy(request, door, list_senders(request, door))


def answer_policy(request: Any, door: Door, senders: tuple[str, ...]) -> Response:
    """Return page or JSON in the caller's language."""
    # Imported here: these modules read the words of mails and every definition, which no other address needs.
    from chalicelib.pages.policy_facts import describe_policy
    from chalicelib.pages.policy_page import render_policy

    headers, settings = read_headers(request), door.settings
    language = choose_language(request, headers, list_languages(), settings.shop_language)
    facts = describe_policy(language, settings, senders)
    if "application/json" in headers.get("accept", "") and not names_html(headers):
        shown = {"Content-Type": "application/json; charset=utf-8", "Content-Language": language, **SHARED}
        return Response(facts, status_code=200, headers=shown)
    page = render_policy(facts, settings, address=f"{settings.public_url.rstrip('/')}/privacy")
    shown = {**page_headers(read_origin(settings.public_url), language), **SHARED}
    return Response(page, status_code=200, headers=shown)


def list_senders(request: Any, door: Door) -> tuple[str, ...]:
    """Return the senders that the shop has set up; all senders while the parameters cannot be read."""
    try:
        values = door.parameters.read_values(request_time(request))
    except TryAgainLaterError:
        return tuple(SENDERS)
    return tuple(name for name in SENDERS if values.get(f"senders/{name}", "").strip())
