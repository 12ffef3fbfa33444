"""Requests of people about their data: the request, the code that proves it, and its result.

    GET, POST /privacy/requests             the kind and the address; the answer is the same for every address
    GET, POST /privacy/confirm/{token}      explains the request; takes the code of the mail, three tries
    GET /privacy/results/{token}            the result, or that it is being made, or that there is none
    GET /privacy/results/{token}/{name}     a file of the result, always to be saved
    GET /privacy/receipt-key.pem            the public key that checks receipts

A request looks up no customer. A code is compared only after an attempt is used: an attempt is a row that can be
written once, so there are three attempts, however many posts come at the same time.
"""

from collections.abc import Mapping
from functools import partial

from chalice import Blueprint, Response
from chalice.app import ChaliceViewError

from chalicelib.data_requests.codes import TRIES, check_code, clean_code, has_shape, name_result
from chalicelib.door import open_door
from chalicelib.errors import InvalidSubmissionError
from chalicelib.forms.library import UNLISTED, load_form
from chalicelib.forms.network import truncate_address
from chalicelib.forms.post import Post
from chalicelib.models import JsonValue, RequestKind
from chalicelib.pages.context import PageContext
from chalicelib.pages.request_pages import render_code, render_gone, render_pending, render_sent, render_spent
from chalicelib.pages.waiting_page import write_query
from chalicelib.routes.data_request_results import RESULTS, await_result, offer_file, offer_key, open_result
from chalicelib.routes.form_answers import answer_json, answer_page
from chalicelib.routes.form_posts import clean_post, handle_post
from chalicelib.routes.form_request import FormRequest, read_form_request
from chalicelib.routes.forms import open_page
from chalicelib.routes.http import ANY, SHOWN
from chalicelib.routes.link_request import PRIVATE, LinkRequest, read_link_request, read_post, show_page, with_link
from chalicelib.routes.origins import read_site
from chalicelib.senders.privacy import ask_request, confirm_request, try_code
from chalicelib.shop.brand import name_shop
from chalicelib.store.links import Link, LinkKind

privacy = Blueprint(__name__)
with_request_link = partial(with_link, privacy, LinkKind.REQUEST, gone=render_gone)
with_result_link = partial(with_link, privacy, *RESULTS, gone=render_pending)

DEFINITION = UNLISTED / "request.toml"
WISH = "keep_no"  # the box on the page of an erasure
TICKED = ("yes", "on", True)
NEXT_MAIL = "3600"  # seconds: waiting gives no new attempt, but a new mail can be requested after an hour


@privacy.route("/privacy/requests", methods=SHOWN, content_types=ANY)
def show_requests() -> Response:
    """Show the form of requests."""
    return open_page(read_request())


@privacy.route("/privacy/requests", methods=["POST"], content_types=ANY)
def receive_request() -> Response:
    """Take a request; 202 is the answer for known and unknown addresses."""
    return handle_post(read_request(), privacy.current_request, keep_request, acknowledge_request)


@privacy.route("/privacy/confirm/{token}", methods=SHOWN, content_types=ANY)
@with_request_link()
def show_code(request: LinkRequest, link: Link) -> Response:
    """Explain the request, and ask for the code; a GET uses no attempt."""
    return show_page(request, render_code(request.context, link))


@privacy.route("/privacy/confirm/{token}", methods=["POST"], content_types=ANY)
@with_request_link()
def receive_code(request: LinkRequest, link: Link) -> Response:
    """Read a code and check it; a text that cannot be a code uses no attempt."""
    try:
        sent = dict(read_post(request))
        typed, wish = sent.get("code"), read_wish(sent)
        code = clean_code(typed) if isinstance(typed, str) else ""
        if not has_shape(code):
            return ask_again(request, link, fault="shape" if code else "missing", typed=code[:40], wish=wish)
        return use_attempt(request, link, code, wish)
    except ChaliceViewError as refusal:
        return ask_again(request, link, refusal=refusal)


@privacy.route("/privacy/results/{token}", methods=SHOWN, content_types=ANY)
@with_result_link(absent=await_result)
def show_result(request: LinkRequest, link: Link) -> Response:
    """Show the result of a request."""
    return open_result(request, link)


@privacy.route("/privacy/results/{token}/{name}", methods=SHOWN, content_types=ANY)
@with_result_link()
def show_file(request: LinkRequest, link: Link, name: str) -> Response:
    """Return a file of a result."""
    return offer_file(request, link, name)


@privacy.route("/privacy/receipt-key.pem", methods=SHOWN, content_types=ANY)
def show_key() -> Response:
    """Return the public key of receipts."""
    return offer_key(read_link_request(privacy.current_request))


def read_request() -> FormRequest:
    """Return the request of the page that takes requests."""
    return read_form_request(open_door(), privacy.current_request, load_form(DEFINITION), "privacy/requests")


def keep_request(request: FormRequest, post: Post) -> bool:
    """Keep a request. No customer is looked up, so that neither the answer nor its time shows who is known."""
    clean = clean_post(request, post)
    answers = {**clean.fields, **clean.entry}
    asked = ask_request(
        RequestKind(str(answers["kind"])),
        str(answers["email"]),
        request.now,
        network=truncate_address(request.address),
        language=clean.language,
    )
    return request.door.accept(asked)


def acknowledge_request(request: FormRequest, _post: Post, _kept: bool) -> Response:
    """Answer every request alike, whether its address is known or not."""
    if not request.by_browser:
        return answer_json(request, {"status": "accepted"}, 202)
    settings = request.door.settings
    site = read_site(settings.public_url)
    context = PageContext(request.spoken, name_shop(settings, request.spoken), settings.shop_url, site, request.link)
    return answer_page(request, render_sent(context, request.form), 202)


def read_wish(sent: Mapping[str, JsonValue]) -> bool:
    """Return whether the box of an erasure is ticked; raise InvalidSubmissionError for another answer."""
    answer = sent.get(WISH, "")
    if answer not in (*TICKED, "", False):
        raise InvalidSubmissionError({WISH: "invalid"})
    return answer in TICKED


def use_attempt(request: LinkRequest, link: Link, code: str, wish: bool) -> Response:
    """Keep an attempt, and only then compare the code; raise TryAgainLaterError where it could not be kept."""
    slots = (slot for slot in range(TRIES) if request.door.accept(try_code(request.name, slot, request.now)))
    slot = next(slots, None)
    if slot is None:
        return refuse_tries(request)
    if check_code(link, request.token, code):
        return redirect_visitor(request, link, name_result(link, request.token, code), wish)
    left = TRIES - 1 - slot
    return ask_again(request, link, fault="wrong", left=left, wish=wish) if left else refuse_tries(request)


def redirect_visitor(request: LinkRequest, link: Link, result: str, wish: bool) -> Response:
    """Keep that the code was right, and redirect to the result; a second right code does the same."""
    context = request.context
    confirmed = confirm_request(
        link,
        request.name,
        result,
        request.now,
        network=request.network,
        language=request.language,
        purposes=find_advertised() if link.request == RequestKind.OBJECT.value else (),
        wish=wish,
    )
    request.door.accept(confirmed)
    address = f"{context.site}/privacy/results/{result}{write_query(context.language, 0)}"
    return Response("", status_code=303, headers={**PRIVATE, "Location": address})


def find_advertised() -> tuple[str, ...]:
    """Return the purposes of the marketing campaigns: what an objection ends."""
    # Imported here: of all that the door answers, only an objection and the button that stops letters need campaigns.
    from chalicelib.campaigns.library import list_advertised

    return list_advertised()


def refuse_tries(request: LinkRequest) -> Response:
    """Return the page of a link without attempts left."""
    refused = show_page(request, render_spent(request.context), 429)
    refused.headers["Retry-After"] = NEXT_MAIL
    return refused


def ask_again(
    request: LinkRequest,
    link: Link,
    *,
    fault: str = "",
    left: int = 0,
    typed: str = "",
    wish: bool = False,
    refusal: ChaliceViewError | None = None,
) -> Response:
    """Show the page again with its fault."""
    status = refusal.STATUS_CODE if refusal else 422
    interface = request.context.interface
    problem = interface.problems.get(str(status), interface.not_sent) if refusal else ""
    page = render_code(request.context, link, fault=fault, left=left, typed=typed, wish=wish, problem=problem)
    return show_page(request, page, status)
