"""The links in our mails. A GET shows a page or leads to the shop; only a POST does anything for a person.

    GET /go/{token}                  to the shop, with the offer's code; notes the visit, once
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
from chalicelib.routes.link_request import PRIVATE, Press, answer_link, log, read_post, read_press, show_page
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
    return answer_press("go", token, (LinkKind.GO,), lead_on)


@links.route("/unsubscribe/{token}", methods=SHOWN, content_types=ANY)
def show_stop(token: str) -> Response:
    """Ask whether to stop."""
    return answer_press("unsubscribe", token, (LinkKind.STOP,), ask_stop)


@links.route("/unsubscribe/{token}", methods=["POST"], content_types=ANY)
def receive_stop(token: str) -> Response:
    """Stop."""
    return answer_press("unsubscribe", token, (LinkKind.STOP,), take_stop, again="stop")


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
    page: str, token: str, kinds: tuple[LinkKind, ...], answer: Callable[[Press, Link], Response], again: str = ""
) -> Response:
    """Answer a request for a link; `again` names the page whose buttons stand on it after an outage."""
    from chalicelib.pages.link_pages import (
        render_later,  # jinja2 is for pages alone
        render_notice,
    )

    press = read_press(links.current_request, page, token)
    return answer_link(
        press,
        kinds,
        answer,
        gone=lambda scene: render_notice(scene, "gone"),
        later=lambda scene: render_later(scene, again),
    )


def lead_on(press: Press, link: Link) -> Response:
    """Redirect, or show the code; a browser that only looks ahead is told to ask again when somebody presses."""
    from chalicelib.pages.link_pages import render_offer

    if is_ahead(read_headers(press.request)):
        return Response("", status_code=204, headers=PRIVATE)
    note_visit(press, link)
    if link.destination:
        return Response("", status_code=302, headers={**PRIVATE, "Location": link.destination})
    return show_page(press, render_offer(press.scene, link.code))


def note_visit(press: Press, link: Link) -> None:
    """Keep that somebody followed the link. A visitor is let through even when the note cannot be kept."""
    request = press.request
    by = tell_caller(request.method, read_headers(request), client_address(request))
    try:
        press.door.accept(note_click(link, press.name, by, press.now))
    except TryAgainLaterError:
        log.warning("click_not_kept", extra={"key": press.name})


def ask_stop(press: Press, _: Link) -> Response:
    """Show the one button."""
    from chalicelib.pages.link_pages import render_stop

    return show_page(press, render_stop(press.scene))


def take_stop(press: Press, link: Link) -> Response:
    """Unsubscribe, whatever the body is: it is not even read."""
    from chalicelib.pages.link_pages import render_stopped

    network, language = press.network, press.language
    press.door.accept(withdraw_consent(link, press.name, press.now, network=network, language=language))
    offered = f"{press.name_address('preferences')}?lang={press.language}"
    return show_page(press, render_stopped(press.scene, offered))


def ask_preferences(press: Press, link: Link) -> Response:
    """Show the empty form."""
    from chalicelib.pages.link_pages import render_preferences

    return show_page(press, render_preferences(press.scene, find_preferences(link.kind)))


def take_preferences(press: Press, link: Link) -> Response:
    """Keep what was filled in; show the page again, with what was typed, where something is wrong with it."""
    from chalicelib.pages.link_pages import render_chosen

    form = find_preferences(link.kind)
    sent: Sent = []
    try:
        sent = read_post(press)
        action = read_choices(press, link, form, sent)
        if action is None:
            return show_again(press, form, sent)
        press.door.accept(action)
    except ChaliceViewError as refusal:
        return show_again(press, form, sent, refusal)
    return show_page(press, render_chosen(press.scene, form))


def read_choices(press: Press, link: Link, form: Form, sent: Sent) -> Submission | None:
    """Check what was filled in and return it as a Submission; None where that is nothing."""
    region, today = press.door.settings.shop_country, press.now.date()
    clean = check_preferences(form, sent, language=press.language, region=region, today=today)
    fields, consents = list_fields(clean), tuple(list_consents(clean))
    if not fields and not consents:
        return None
    return choose_preferences(
        link,
        press.name,
        press.now,
        fields=fields,
        consents=consents,
        network=press.network,
        sensitive=clean.sensitive,
    )


def show_again(press: Press, form: Form, sent: Sent, refusal: ChaliceViewError | None = None) -> Response:
    """Return the preferences page with what is wrong."""
    from chalicelib.pages.link_pages import render_preferences
    from chalicelib.routes.form_answers import list_typed

    faults = refusal.fields if isinstance(refusal, InvalidSubmissionError) else {}
    status = refusal.STATUS_CODE if refusal else 422
    scene = press.scene
    problem = scene.interface.problems.get(str(status), scene.interface.not_sent) if refusal else scene.words.nothing
    page = render_preferences(scene, form, typed=list_typed(sent), faults=faults, problem="" if faults else problem)
    return show_page(press, page, status)


def ask_confirm(press: Press, link: Link) -> Response:
    """Show what is to be confirmed, and two buttons."""
    from chalicelib.pages.link_pages import render_confirm

    return show_page(press, render_confirm(press.scene, link))


def take_confirm(press: Press, link: Link) -> Response:
    """Confirm or refuse, as the button says; without one of the two answers, ask again."""
    from chalicelib.pages.link_pages import render_confirm, render_notice

    try:
        answer = dict(read_post(press)).get("answer")
    except TryAgainLaterError:
        raise
    except ChaliceViewError as refusal:
        return show_page(press, render_confirm(press.scene, link), refusal.STATUS_CODE)
    if answer not in ("yes", "no"):
        return show_page(press, render_confirm(press.scene, link), 422)
    confirmed = answer == "yes"
    said = answer_confirmation(link, press.name, press.now, confirmed=confirmed, network=press.network)
    if not press.door.accept(said):
        return show_page(press, render_notice(press.scene, "before"))
    return show_page(press, render_notice(press.scene, "confirmed" if confirmed else "refused"))
