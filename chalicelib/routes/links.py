"""The links in our mails. A GET shows a page or leads to the shop; only a POST does anything for a person.

    GET /go/{token}                  to the shop, with the offer's code; notes the request, once
    GET, POST /unsubscribe/{token}   asks; stops the letters (RFC 8058: any body or none, no login, no redirect)
    GET, POST /preferences/{token}   asks what should change; keeps it
    GET, POST /confirm/{token}       asks; confirms a double opt-in, or refuses it

Nothing here needs a script, a cookie or CORS: the token is the whole authority, so an Origin is not looked at.
"""

from collections.abc import Callable

from chalice import Blueprint, Response
from chalice.app import ChaliceViewError

from chalicelib.errors import InvalidSubmissionError, TryAgainLaterError
from chalicelib.forms.definition import Form
from chalicelib.models import Submission
from chalicelib.routes.http import client_address, read_headers
from chalicelib.routes.link_request import (
    PRIVATE,
    LinkRequest,
    answer_link,
    log,
    read_link_request,
    read_post,
    show_page,
)
from chalicelib.routes.preferences import Sent, check_preferences, find_preferences, list_consents, list_fields
from chalicelib.routes.scanners import is_ahead, tell_caller
from chalicelib.senders.link import answer_confirmation, choose_preferences, note_click, withdraw_consent
from chalicelib.store.links import Link, LinkKind

links = Blueprint(__name__)

SHOWN = ["GET", "HEAD"]
ANY = ["*/*"]  # a scanner may name a type on a GET too: Chalice would answer 415
CHOOSING = (LinkKind.CHOOSE, LinkKind.STOP)


@links.route("/go/{token}", methods=SHOWN, content_types=ANY)
def follow_link(token: str) -> Response:
    """Lead to the shop."""
    return answer_press("go", token, (LinkKind.GO,), redirect_visitor)


@links.route("/unsubscribe/{token}", methods=SHOWN, content_types=ANY)
def show_stop(token: str) -> Response:
    """Ask whether to stop."""
    return answer_press("unsubscribe", token, (LinkKind.STOP,), show_unsubscribe)


@links.route("/unsubscribe/{token}", methods=["POST"], content_types=ANY)
def receive_stop(token: str) -> Response:
    """Stop."""
    return answer_press("unsubscribe", token, (LinkKind.STOP,), unsubscribe, again="stop")


@links.route("/preferences/{token}", methods=SHOWN, content_types=ANY)
def show_preferences(token: str) -> Response:
    """Ask what should change."""
    return answer_press("preferences", token, CHOOSING, ask_preferences)


@links.route("/preferences/{token}", methods=["POST"], content_types=ANY)
def receive_preferences(token: str) -> Response:
    """Change it."""
    return answer_press("preferences", token, CHOOSING, take_preferences)


@links.route("/confirm/{token}", methods=SHOWN, content_types=ANY)
def show_confirm(token: str) -> Response:
    """Ask to confirm."""
    return answer_press("confirm", token, (LinkKind.CONFIRM,), ask_confirm)


@links.route("/confirm/{token}", methods=["POST"], content_types=ANY)
def receive_confirm(token: str) -> Response:
    """Confirm or refuse."""
    return answer_press("confirm", token, (LinkKind.CONFIRM,), take_confirm, again="confirm")


def answer_press(
    page: str, token: str, kinds: tuple[LinkKind, ...], answer: Callable[[LinkRequest, Link], Response], again: str = ""
) -> Response:
    """Answer a request for a link; `again` names the page whose buttons stand on it after an outage."""
    from chalicelib.pages.link_pages import (
        render_later,  # jinja2 is for pages alone
        render_notice,
    )

    request = read_link_request(links.current_request, page, token)
    return answer_link(
        request,
        kinds,
        answer,
        gone=lambda context: render_notice(context, "gone"),
        later=lambda context: render_later(context, again),
    )


def redirect_visitor(request: LinkRequest, link: Link) -> Response:
    """Redirect, or show the code; a browser that only looks ahead is told to ask again when somebody presses."""
    from chalicelib.pages.link_pages import render_offer

    if is_ahead(read_headers(request.raw)):
        return Response("", status_code=204, headers=PRIVATE)
    note_visit(request, link)
    if link.destination:
        return Response("", status_code=302, headers={**PRIVATE, "Location": link.destination})
    return show_page(request, render_offer(request.context, link.code))


def note_visit(request: LinkRequest, link: Link) -> None:
    """Keep that somebody followed the link. A visitor is let through even when the note cannot be kept."""
    by = tell_caller(request.raw.method, read_headers(request.raw), client_address(request.raw))
    try:
        request.door.accept(note_click(link, request.name, by, request.now))
    except TryAgainLaterError:
        log.warning("click_not_kept", extra={"key": request.name})


def show_unsubscribe(request: LinkRequest, _: Link) -> Response:
    """Show the one button."""
    from chalicelib.pages.link_pages import render_stop

    return show_page(request, render_stop(request.context))


def unsubscribe(request: LinkRequest, link: Link) -> Response:
    """Unsubscribe, whatever the body is: it is not even read."""
    from chalicelib.pages.link_pages import render_stopped

    network, language = request.network, request.language
    request.door.accept(withdraw_consent(link, request.name, request.now, network=network, language=language))
    offered = f"{request.name_address('preferences')}?lang={request.language}"
    return show_page(request, render_stopped(request.context, offered))


def ask_preferences(request: LinkRequest, link: Link) -> Response:
    """Show the empty form."""
    from chalicelib.pages.link_pages import render_preferences

    return show_page(request, render_preferences(request.context, find_preferences(link.kind)))


def take_preferences(request: LinkRequest, link: Link) -> Response:
    """Keep what was filled in; show the page again, with what was typed, where something is wrong with it."""
    from chalicelib.pages.link_pages import render_chosen

    form = find_preferences(link.kind)
    sent: Sent = []
    try:
        sent = read_post(request)
        action = read_choices(request, link, form, sent)
        if action is None:
            return show_again(request, form, sent)
        request.door.accept(action)
    except ChaliceViewError as refusal:
        return show_again(request, form, sent, refusal)
    return show_page(request, render_chosen(request.context, form))


def read_choices(request: LinkRequest, link: Link, form: Form, sent: Sent) -> Submission | None:
    """Check what was filled in and return it as a Submission; None where that is nothing."""
    region, today = request.door.settings.shop_country, request.now.date()
    clean = check_preferences(form, sent, language=form.choose_language(request.language), region=region, today=today)
    fields, consents = list_fields(clean), tuple(list_consents(clean))
    if not fields and not consents:
        return None
    return choose_preferences(
        link,
        request.name,
        request.now,
        fields=fields,
        consents=consents,
        network=request.network,
        sensitive=clean.sensitive,
    )


def show_again(request: LinkRequest, form: Form, sent: Sent, refusal: ChaliceViewError | None = None) -> Response:
    """Return the preferences page with what is wrong."""
    from chalicelib.pages.link_pages import render_preferences
    from chalicelib.routes.form_answers import list_typed

    faults = refusal.fields if isinstance(refusal, InvalidSubmissionError) else {}
    status = refusal.STATUS_CODE if refusal else 422
    context = request.context
    problem = (
        context.interface.problems.get(str(status), context.interface.not_sent) if refusal else context.words.nothing
    )
    page = render_preferences(context, form, typed=list_typed(sent), faults=faults, problem="" if faults else problem)
    return show_page(request, page, status)


def ask_confirm(request: LinkRequest, link: Link) -> Response:
    """Show what is to be confirmed, and two buttons."""
    from chalicelib.pages.link_pages import render_confirm

    return show_page(request, render_confirm(request.context, link))


def take_confirm(request: LinkRequest, link: Link) -> Response:
    """Confirm or refuse, as the button says; without one of the two answers, ask again."""
    from chalicelib.pages.link_pages import render_confirm, render_notice

    try:
        answer = dict(read_post(request)).get("answer")
    except TryAgainLaterError:
        raise
    except ChaliceViewError as refusal:
        return show_page(request, render_confirm(request.context, link), refusal.STATUS_CODE)
    if answer not in ("yes", "no"):
        return show_page(request, render_confirm(request.context, link), 422)
    confirmed = answer == "yes"
    said = answer_confirmation(link, request.name, request.now, confirmed=confirmed, network=request.network)
    if not request.door.accept(said):
        return show_page(request, render_notice(request.context, "before"))
    return show_page(request, render_notice(request.context, "confirmed" if confirmed else "refused"))
