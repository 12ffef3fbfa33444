"""The answers to a post of a form: JSON for a program, a page for a person's browser."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from chalice import Response
from chalice.app import ChaliceViewError

from chalicelib.errors import InvalidSubmissionError, SlowDownError, TryAgainLaterError
from chalicelib.forms.page_token import sign_page_token
from chalicelib.forms.post import Pairs, Post
from chalicelib.models import JsonValue
from chalicelib.pages.form_page import render_form, render_problem
from chalicelib.pages.rendering import page_headers
from chalicelib.routes.form_request import FormRequest
from chalicelib.routes.origins import read_origin, share_headers

Sent = Mapping[str, JsonValue] | Pairs
RETRY_AFTER = {SlowDownError: "60", TryAgainLaterError: "30"}  # seconds


def thank_sender(request: FormRequest, post: Post, kept: bool) -> Response:
    """Answer a post that was kept: 303 to the next page, or 202 (200 for a repetition)."""
    if request.by_browser:
        thanks = f"{request.link}/thanks?{urlencode({'lang': post.language or request.spoken})}"
        return Response("", status_code=303, headers={"Location": post.redirect or thanks})
    status = {"status": "accepted" if kept else "duplicate"}
    return answer_json(request, status, 202 if kept else 200)


def refuse_post(request: FormRequest, refusal: ChaliceViewError, sent: Sent) -> Response:
    """Answer a refused post: the page again with the typed values, or JSON that a page of an allowed site may read."""
    if request.by_browser:
        return show_again(request, refusal, sent)
    return answer_json(request, describe_refusal(request, refusal), refusal.STATUS_CODE, refusal)


def describe_refusal(request: FormRequest, refusal: ChaliceViewError) -> dict[str, Any]:
    """Return a refusal as JSON: Chalice's shape; for fields a code to act on and a sentence to show."""
    body: dict[str, Any] = {"Code": type(refusal).__name__, "Message": str(refusal)}
    if isinstance(refusal, InvalidSubmissionError):
        explain = request.words.explain_reason
        body["fields"] = refusal.fields
        body["messages"] = {name: explain(request.form, name, reason) for name, reason in refusal.fields.items()}
    return body


def show_again(request: FormRequest, refusal: ChaliceViewError, sent: Sent) -> Response:
    """Return the form's page with its faults and all typed values; a page without the form where none could be read."""
    shop, status = request.door.settings.shop_name, refusal.STATUS_CODE
    if not sent:
        page = render_problem(request.words, shop=shop, status=status, address=request.link)
        return answer_page(request, page, status, refusal)
    faults = refusal.fields if isinstance(refusal, InvalidSubmissionError) else {}
    page = render_form(
        request.form,
        request.words,
        shop=shop,
        address=request.link,
        page_token=keep_page_token(request, sent, faults),
        typed=list_typed(sent),
        faults=faults,
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


def keep_page_token(request: FormRequest, sent: Sent, faults: Mapping[str, str]) -> str:
    """Return the token of the page that was posted, so that a repeated post is still known as one.

    A forged or missing token is replaced: the person then only presses the button again.
    """
    token = "".join(list_typed(sent).get("page_token", [])[:1])
    return token if token and "page_token" not in faults else make_page_token(request)


def make_page_token(request: FormRequest) -> str:
    """Return a new signed token."""
    return sign_page_token(request.form, request.now, request.door.page_token_keys(request.now)[0])


def answer_page(
    request: FormRequest, page: str, status: int = 200, refusal: ChaliceViewError | None = None
) -> Response:
    """Return a page of this form."""
    own = read_origin(request.door.settings.public_url)
    headers = page_headers(own, request.spoken, request.form.origins)
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
