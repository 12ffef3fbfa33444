"""The links in our mails. A GET shows a page or leads to the shop; only a POST does anything for a person.

    GET /go/{token}                  to the shop, with the offer's code; notes the request, once
    GET, POST /unsubscribe/{token}   asks; unsubscribes (RFC 8058: any body or none, no login, no redirect)
    GET, POST /preferences/{token}   shows the form; keeps the answers
    GET, POST /confirm/{token}       asks; confirms a double opt-in, or refuses it

No page here needs a script, a cookie or CORS: the token is the whole authority, so no Origin is checked.
"""

from collections.abc import Iterator
from functools import partial

from chalice import Blueprint, Response
from chalice.app import ChaliceViewError

from chalicelib.errors import InvalidSubmissionError, TryAgainLaterError
from chalicelib.forms.definition import Form
from chalicelib.forms.validation import CleanForm
from chalicelib.models import Submission
from chalicelib.pages.link_pages import (
    render_chosen,
    render_confirm,
    render_later,
    render_notice,
    render_offer,
    render_preferences,
    render_stop,
    render_stopped,
)
from chalicelib.routes.form_answers import list_typed
from chalicelib.routes.http import ANY, SHOWN, client_address, read_headers
from chalicelib.routes.link_request import PRIVATE, LinkRequest, log, read_post, show_page, with_link
from chalicelib.routes.preferences import (
    Sent,
    asks_to_stop,
    check_preferences,
    find_preferences,
    list_consents,
    list_fields,
    read_move,
)
from chalicelib.routes.scanners import classify_caller, is_ahead
from chalicelib.senders.link import answer_confirmation, choose_preferences, note_click, withdraw_consent
from chalicelib.senders.privacy import ask_move
from chalicelib.store.links import Link, LinkKind

links = Blueprint(__name__)
with_mail_link = partial(with_link, links, gone=partial(render_notice, name="gone"))


@links.route("/go/{token}", methods=SHOWN, content_types=ANY)
@with_mail_link(LinkKind.GO)
def follow_link(request: LinkRequest, link: Link) -> Response:
    """Redirect to the shop, or show the code; a browser that prefetches gets 204, and asks again after a click."""
    if is_ahead(read_headers(request.raw)):
        return Response("", status_code=204, headers=PRIVATE)
    note_visit(request, link)
    if link.destination:
        return Response("", status_code=302, headers={**PRIVATE, "Location": link.destination})
    return show_page(request, render_offer(request.context, link.code))


def note_visit(request: LinkRequest, link: Link) -> None:
    """Keep a visit of the link. The visitor is redirected even when the note cannot be kept."""
    by = classify_caller(request.raw.method, read_headers(request.raw), client_address(request.raw))
    try:
        request.door.accept(note_click(link, request.name, by, request.now))
    except TryAgainLaterError:
        log.warning("click_not_kept", extra={"key": request.name})


@links.route("/unsubscribe/{token}", methods=SHOWN, content_types=ANY)
@with_mail_link(LinkKind.STOP)
def show_unsubscribe(request: LinkRequest, link: Link) -> Response:
    """Show a button that unsubscribes."""
    return show_page(request, render_stop(request.context))


@links.route("/unsubscribe/{token}", methods=["POST"], content_types=ANY)
@with_mail_link(LinkKind.STOP, later=partial(render_later, again="stop"))
def unsubscribe(request: LinkRequest, link: Link) -> Response:
    """Unsubscribe without reading the body."""
    network, language = request.network, request.language
    request.door.accept(withdraw_consent(link, request.name, request.now, network=network, language=language))
    offered = f"{request.name_address('preferences')}?lang={request.language}"
    return show_page(request, render_stopped(request.context, offered))


@links.route("/preferences/{token}", methods=SHOWN, content_types=ANY)
@with_mail_link(LinkKind.CHOOSE, LinkKind.STOP)
def show_preferences(request: LinkRequest, link: Link) -> Response:
    return show_page(request, render_preferences(request.context, find_preferences(link, request.door.settings)))


@links.route("/preferences/{token}", methods=["POST"], content_types=ANY)
@with_mail_link(LinkKind.CHOOSE, LinkKind.STOP)
def receive_preferences(request: LinkRequest, link: Link) -> Response:
    """Keep the answers; show the page again, with the typed values, where one has a fault."""
    form = find_preferences(link, request.door.settings)
    if asks_to_stop(request.raw.query_params):
        return stop_letters(request, link, form)
    sent: Sent = []
    try:
        sent = read_post(request)
        clean = read_answers(request, form, sent)
        actions = [*read_choices(request, link, clean), *read_new_address(request, clean)]
        if not actions:
            return show_again(request, form, sent)
        for action in actions:
            request.door.accept(action)
    except ChaliceViewError as refusal:
        return show_again(request, form, sent, refusal)
    return show_page(request, render_chosen(request.context, form, moved=bool(read_move(clean))))


def stop_letters(request: LinkRequest, link: Link, form: Form) -> Response:
    """Withdraw the consents to all advertising; as for an unsubscribe, the body is not read and no limit applies."""
    from chalicelib.campaigns.library import list_advertised  # imported here: no other page needs campaigns

    network, language, address = request.network, request.language, request.name_address("preferences")
    also = list_advertised()
    try:
        request.door.accept(
            withdraw_consent(link, request.name, request.now, network=network, language=language, also=also)
        )
    except TryAgainLaterError as refusal:
        return show_again(request, form, [], refusal)
    return show_page(request, render_stopped(request.context, f"{address}?lang={language}"))


def read_answers(request: LinkRequest, form: Form, sent: Sent) -> CleanForm:
    """Return the clean answers of a post."""
    language, settings = form.choose_language(request.language), request.door.settings
    return check_preferences(form, sent, language=language, settings=settings, today=request.now.date())


def read_new_address(request: LinkRequest, clean: CleanForm) -> Iterator[Submission]:
    """Yield the request for a new address, where one is named."""
    if email := read_move(clean):
        yield ask_move(request.name, email, request.now, network=request.network, language=request.language)


def read_choices(request: LinkRequest, link: Link, clean: CleanForm) -> Iterator[Submission]:
    """Yield the changed details and consents, where there are any."""
    fields, consents = list_fields(clean), tuple(list_consents(clean))
    if not fields and not consents:
        return
    yield choose_preferences(
        link,
        request.name,
        request.now,
        fields=fields,
        consents=consents,
        network=request.network,
        sensitive=clean.sensitive,
    )


def show_again(request: LinkRequest, form: Form, sent: Sent, refusal: ChaliceViewError | None = None) -> Response:
    """Return the preferences page with its faults."""
    faults = refusal.fields if isinstance(refusal, InvalidSubmissionError) else {}
    status = refusal.STATUS_CODE if refusal else 422
    context = request.context
    problem = (
        context.interface.problems.get(str(status), context.interface.not_sent) if refusal else context.words.nothing
    )
    page = render_preferences(context, form, typed=list_typed(sent), faults=faults, problem="" if faults else problem)
    return show_page(request, page, status)


@links.route("/confirm/{token}", methods=SHOWN, content_types=ANY)
@with_mail_link(LinkKind.CONFIRM)
def show_confirm(request: LinkRequest, link: Link) -> Response:
    """Show the words to confirm, and two buttons."""
    return show_page(request, render_confirm(request.context, link))


@links.route("/confirm/{token}", methods=["POST"], content_types=ANY)
@with_mail_link(LinkKind.CONFIRM, later=partial(render_later, again="confirm"))
def receive_confirm(request: LinkRequest, link: Link) -> Response:
    """Keep a yes or a no, by the button; show the page again for any other answer."""
    try:
        answer = dict(read_post(request)).get("answer")
    except TryAgainLaterError:
        raise
    except ChaliceViewError as refusal:
        return show_page(request, render_confirm(request.context, link), refusal.STATUS_CODE)
    if answer not in ("yes", "no"):
        return show_page(request, render_confirm(request.context, link), 422)
    confirmed = answer == "yes"
    action = answer_confirmation(link, request.name, request.now, confirmed=confirmed, network=request.network)
    if not request.door.accept(action):
        return show_page(request, render_notice(request.context, "before"))
    return show_page(request, render_notice(request.context, "confirmed" if confirmed else "refused"))
