"""The answers to a post of a form: JSON for a program, a page for a person's browser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from chalice import Response
from chalice.app import ChaliceViewError

from chalicelib.errors import InvalidSubmissionError, SlowDownError, TryAgainLaterError
from chalicelib.forms.page_question import NAME as PAGE_ANSWER
from chalicelib.forms.post import Pairs, Post
from chalicelib.forms.validation import CleanForm
from chalicelib.models import JsonValue
from chalicelib.models.friend_codes import QUERY as FRIEND
from chalicelib.pages.form_page import choose_script, render_form, render_problem, render_thanks
from chalicelib.pages.rendering import page_headers
from chalicelib.routes.form_questions import keep_page_token, pose_question
from chalicelib.routes.form_request import FormRequest, read_friend
from chalicelib.routes.origins import read_origin, share_headers
from chalicelib.shop.brand import name_shop
from chalicelib.store.polls import Polls

Sent = Mapping[str, JsonValue] | Pairs
RETRY_AFTER = {SlowDownError: "60", TryAgainLaterError: "30"}  # seconds


@dataclass(frozen=True)
class KeptPost:
    """A post that was kept, with its clean answers and its number.

    `new` is False for a repetition. `lasting` tells that a later repetition is known as one, e.g. a page's reload.
    """

    clean: CleanForm
    number: str
    new: bool
    lasting: bool


def thank_sender(request: FormRequest, post: Post, kept: KeptPost) -> Response:
    """Answer a post that was kept: JSON, 202 or for a repetition 200; for a browser a page, 200 or behind a 303.

    The page itself repeats what was sent, which no address may hold. A post whose reload would be kept as another one
    is led to the page that knows the number alone.
    """
    if not request.by_browser:
        told = {"status": "accepted" if kept.new else "duplicate", "number": kept.number}
        return answer_json(request, told, 202 if kept.new else 200)
    if post.redirect or not kept.lasting:
        shown = urlencode({"lang": post.language or request.spoken, "number": kept.number})
        return Response("", status_code=303, headers={"Location": post.redirect or f"{request.thanks}?{shown}"})
    return show_thanks(request, kept.number, kept.clean)


def show_thanks(request: FormRequest, number: str, clean: CleanForm | None = None) -> Response:
    """Return the page after a post: thanks, the number, what happens next and, where it is known, what was sent."""
    shop = name_shop(request.door.settings, request.spoken)
    shown = Polls(request.door.links.table).read_shown(request.form.name) if request.form.poll else ""
    page = render_thanks(
        request.form, request.words, shop=shop, address=request.link, number=number, clean=clean, shown=shown
    )
    return answer_page(request, page)


def refuse_post(request: FormRequest, refusal: ChaliceViewError, sent: Sent) -> Response:
    """Answer a refused post: the page again with the typed values, or JSON that a page of an allowed site may read."""
    if request.by_browser:
        return show_again(request, refusal, sent)
    return answer_json(request, describe_refusal(request, refusal, sent), refusal.STATUS_CODE, refusal)


def describe_refusal(request: FormRequest, refusal: ChaliceViewError, sent: Sent) -> dict[str, Any]:
    """Return a refusal as JSON: Chalice's shape; for fields a code to act on and a sentence to show.

    Where a question is to be answered it is shown too, with the page token that belongs to it.
    """
    body: dict[str, Any] = {"Code": type(refusal).__name__, "Message": str(refusal)}
    if isinstance(refusal, InvalidSubmissionError):
        explain = request.words.explain_reason
        body["fields"] = refusal.fields
        body["messages"] = {name: explain(request.form, name, reason) for name, reason in refusal.fields.items()}
        if PAGE_ANSWER in refusal.fields:
            token = keep_page_token(request, list_typed(sent), refusal.fields)
            question = pose_question(request, token, {}, refusal.fields)
            body["question"] = {**question, "page_token": token} if question else {}
    return body


def show_again(request: FormRequest, refusal: ChaliceViewError, sent: Sent) -> Response:
    """Return the form's page with its faults and all typed values; a page without the form where none could be read."""
    shop, status = name_shop(request.door.settings, request.spoken), refusal.STATUS_CODE
    if not sent:
        page = render_problem(request.words, shop=shop, status=status, address=request.link)
        return answer_page(request, page, status, refusal)
    faults = refusal.fields if isinstance(refusal, InvalidSubmissionError) else {}
    typed = list_typed(sent)
    token = keep_page_token(request, typed, faults)
    friend = read_friend(request.form, "".join(typed.get(FRIEND, [])[:1]))
    page = render_form(
        request.form,
        request.words,
        shop=shop,
        address=request.link,
        page_token=token,
        typed=typed,
        faults=faults,
        question=pose_question(request, token, typed, faults),
        known=request.known,
        kept=replace(request, friend=friend).kept,
        problem="" if faults else request.words.problems.get(str(status), request.words.not_sent),
    )
    return answer_page(request, page, status, refusal)


def list_typed(sent: Sent) -> dict[str, list[str]]:
    """Return the texts sent, by name, in their order."""
    typed: dict[str, list[str]] = {}
    for name, value in sent.items() if isinstance(sent, Mapping) else sent:
        texts = value if isinstance(value, list) else [value]
        typed.setdefault(name, []).extend(text for text in texts if isinstance(text, str))
    return typed


def answer_page(
    request: FormRequest, page: str, status: int = 200, refusal: ChaliceViewError | None = None
) -> Response:
    """Return a page of this form."""
    own = read_origin(request.door.settings.public_url)
    headers = page_headers(own, request.spoken, request.form.origins, script=choose_script(request.form))
    return Response(page, status_code=status, headers={**headers, **name_wait(refusal)})


def answer_json(
    request: FormRequest,
    body: Mapping[str, Any] | Sequence[Any],
    status: int,
    refusal: ChaliceViewError | None = None,
) -> Response:
    """Return JSON that pages of allowed sites may read."""
    headers = {"Content-Type": "application/json; charset=utf-8", **share_headers(request.form, request.origin)}
    return Response(body, status_code=status, headers={**headers, **name_wait(refusal)})


def name_wait(refusal: ChaliceViewError | None) -> dict[str, str]:
    """Return Retry-After where waiting helps."""
    wait = RETRY_AFTER.get(type(refusal)) if refusal else None
    return {"Retry-After": wait} if wait else {}
