"""The form behind a mail's link: the answers are those of the customer who was mailed.

    GET, POST /answer/{form}/{token}   shows the form, and notes the visit once; keeps the answers

The page names nobody and shows no stored data, and does not ask who one is. The form's name stands in the address for
one reason: where the link is gone, the form can still be answered without a name.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from urllib.parse import urlencode

from chalice import Blueprint, Response

from chalicelib.forms.definition import Form
from chalicelib.forms.known import ask_known
from chalicelib.forms.network import truncate_address
from chalicelib.forms.page_token import check_page_token
from chalicelib.forms.post import Post
from chalicelib.forms.score import QUERY
from chalicelib.models.numbers import write_number
from chalicelib.pages.context import PageContext
from chalicelib.pages.form_page import Known
from chalicelib.pages.link_pages import render_gone, render_notice
from chalicelib.routes.form_answers import KeptPost, thank_sender
from chalicelib.routes.form_posts import clean_post, handle_post
from chalicelib.routes.form_request import FormRequest, read_form_request, read_score
from chalicelib.routes.forms import open_page, read_form
from chalicelib.routes.http import ANY, SHOWN, read_headers
from chalicelib.routes.link_request import PRIVATE, LinkRequest, show_page, with_link
from chalicelib.routes.links import note_visit
from chalicelib.routes.scanners import is_ahead
from chalicelib.senders.answers import answer_form
from chalicelib.senders.form import choose_key, is_lasting
from chalicelib.store.links import Link, LinkKind

answers = Blueprint(__name__)

Answer = Callable[[LinkRequest, Link, Form], Response]


@answers.route("/answer/{form}/{token}", methods=SHOWN, content_types=ANY)
def show_answer(form: str, token: str) -> Response:
    """Show the form, with the score of the address chosen."""
    return follow_link(form, token, show_form)


@answers.route("/answer/{form}/{token}", methods=["POST"], content_types=ANY)
def receive_answer(form: str, token: str) -> Response:
    """Keep the answers; show the page again, with everything typed, where one has a fault."""
    return follow_link(form, token, take_answer)


def follow_link(name: str, token: str, answer: Answer) -> Response:
    """Answer a request for the link of a form; where it is gone, offer the form without a name."""
    form = read_form(name)

    def answer_link(request: LinkRequest, link: Link) -> Response:
        if form is None or link.form != form.name:
            return show_page(request, gone(request.context), 404)
        # A child's answer waits for a parent, and is no customer's of ours yet. An anonymous survey is answered without
        # the link, which names its customer, and no visit is noted.
        if form.parent is not None or form.anonymous:
            return Response("", status_code=303, headers={**PRIVATE, "Location": name_plain(request.context, form)})
        return answer(request, link, form)

    def gone(context: PageContext) -> str:
        return render_gone(context, name_plain(context, form) if form else "")

    return with_link(answers, LinkKind.ANSWER, gone=gone)(answer_link)(token)


def name_plain(context: PageContext, form: Form) -> str:
    """Return the address of a form's own page, where nobody is known, with the score of this address."""
    score = "" if form.anonymous else read_score(answers.current_request, form)
    query = urlencode({"lang": context.language, **({QUERY: score} if score else {})})
    return f"{context.site}/forms/{form.name}?{query}"


def show_form(request: LinkRequest, link: Link, form: Form) -> Response:
    """Show the form and note the visit; a browser that prefetches gets 204, and asks again after a click."""
    if is_ahead(read_headers(request.raw)):
        return Response("", status_code=204, headers=PRIVATE)
    note_visit(request, link)
    return hide_answer(open_page(read_request(request, form)))


def take_answer(request: LinkRequest, link: Link, form: Form) -> Response:
    """Keep a post of the form as the customer's who was mailed."""
    asked = read_request(request, form)
    keep, thank = partial(keep_answer, link, request.name), partial(thank_customer, request)
    return hide_answer(handle_post(asked, request.raw, keep, thank))


def read_request(request: LinkRequest, form: Form) -> FormRequest:
    """Return a request for the form as one whom the shop knows is asked.

    Its Origin is left out: the token is the whole authority, and a page without a referrer posts `Origin: null`.
    """
    context = replace(request.context, language=form.choose_language(request.language))
    read = read_form_request(request.door, request.raw, ask_known(form), f"answer/{form.name}/{request.token}")
    return replace(
        read,
        spoken=context.language,
        headers={name: value for name, value in read.headers.items() if name != "origin"},
        known=Known(context.fill_words("known"), name_plain(context, form), context.words.unnamed),
    )


def keep_answer(link: Link, name: str, request: FormRequest, post: Post) -> KeptPost:
    """Validate and accept an answer."""
    form, now = request.form, request.now
    trust, suspicion = check_page_token(form, post.page_token, now, request.door.page_token_keys(now))
    clean = clean_post(request, post, suspicion)
    network = truncate_address(request.address)
    key = choose_key(post, trust, request.headers.get("idempotency-key", ""), network, now)
    submission = answer_form(link, name, clean, key, now, network=network)
    new = request.door.accept(submission)
    return KeptPost(clean, write_number(request.door.name_submission(submission)), new=new, lasting=is_lasting(key))


def thank_customer(linked: LinkRequest, request: FormRequest, post: Post, kept: KeptPost) -> Response:
    """Answer a post that was kept. The thanks of a form that asks by mail announce a mail, and here none is needed."""
    if request.form.confirm and request.by_browser and not post.redirect:
        return show_page(linked, render_notice(linked.context, "confirmed"))
    return thank_sender(request, post, kept)


def hide_answer(answer: Response) -> Response:
    """Return an answer of an address with a token, which must not leak (`link_request.PRIVATE`)."""
    answer.headers.update(PRIVATE)
    return answer
