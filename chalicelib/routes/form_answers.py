"""What a post of a form is answered: JSON for a program, a page for a person's browser."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from chalice import Response
from chalice.app import ChaliceViewError

from chalicelib.errors import InvalidSubmissionError, SlowDownError, TryAgainLaterError
from chalicelib.forms.page_token import sign_render
from chalicelib.forms.post import Pairs, Post
from chalicelib.models import JsonValue
from chalicelib.pages.rendering import page_headers
from chalicelib.routes.form_request import Visit
from chalicelib.routes.origins import read_origin, share_headers

Sent = Mapping[str, JsonValue] | Pairs
RETRY_AFTER = {SlowDownError: "60", TryAgainLaterError: "30"}  # seconds


def thank_sender(visit: Visit, post: Post, kept: bool) -> Response:
    """Answer what was kept: 303 to the next page, or 202 (200 for a repetition)."""
    if visit.by_browser:
        thanks = f"{visit.link}/thanks?{urlencode({'lang': post.language or visit.spoken})}"
        return Response("", status_code=303, headers={"Location": post.redirect or thanks})
    status = {"status": "accepted" if kept else "duplicate"}
    return answer_json(visit, status, 202 if kept else 200)


def refuse_post(visit: Visit, refusal: ChaliceViewError, sent: Sent) -> Response:
    """Answer what was not kept: the page again with what was typed, or JSON that a page of an allowed site may read."""
    if visit.by_browser:
        return show_again(visit, refusal, sent)
    return answer_json(visit, tell_refusal(visit, refusal), refusal.STATUS_CODE, refusal)


def tell_refusal(visit: Visit, refusal: ChaliceViewError) -> dict[str, Any]:
    """Return a refusal as JSON: Chalice's shape; for fields a code to act on and a sentence to show."""
    body: dict[str, Any] = {"Code": type(refusal).__name__, "Message": str(refusal)}
    if isinstance(refusal, InvalidSubmissionError):
        explain = visit.words.explain_reason
        body["fields"] = refusal.fields
        body["messages"] = {name: explain(visit.form, name, reason) for name, reason in refusal.fields.items()}
    return body


def show_again(visit: Visit, refusal: ChaliceViewError, sent: Sent) -> Response:
    """Return the form's page with its faults and all that was typed; a bare page where nothing could be read."""
    from chalicelib.pages.form_page import (
        render_form,  # jinja2 is for pages alone
        render_problem,
    )

    shop, status = visit.door.settings.shop_name, refusal.STATUS_CODE
    if not sent:
        page = render_problem(visit.words, shop=shop, status=status, address=visit.link)
        return answer_page(visit, page, status, refusal)
    faults = refusal.fields if isinstance(refusal, InvalidSubmissionError) else {}
    page = render_form(
        visit.form,
        visit.words,
        shop=shop,
        address=visit.link,
        render=keep_render(visit, sent, faults),
        typed=list_typed(sent),
        faults=faults,
        problem="" if faults else visit.words.problems.get(str(status), visit.words.not_sent),
    )
    return answer_page(visit, page, status, refusal)


def list_typed(sent: Sent) -> dict[str, list[str]]:
    """Return the texts sent, by name, in their order."""
    typed: dict[str, list[str]] = {}
    for name, value in sent.items() if isinstance(sent, Mapping) else sent:
        texts = value if isinstance(value, list) else [value]
        typed.setdefault(name, []).extend(text for text in texts if isinstance(text, str))
    return typed


def keep_render(visit: Visit, sent: Sent, faults: Mapping[str, str]) -> str:
    """Return the token of the page that was posted, so that a repeated post is still known as one.

    A forged or missing one is replaced: a person then only presses the button again.
    """
    token = "".join(list_typed(sent).get("render", [])[:1])
    return token if token and "render" not in faults else fresh_render(visit)


def fresh_render(visit: Visit) -> str:
    """Return a new signed token."""
    return sign_render(visit.form, visit.now, visit.door.render_keys(visit.now)[0])


def answer_page(visit: Visit, page: str, status: int = 200, refusal: ChaliceViewError | None = None) -> Response:
    """Return a page of this form."""
    own = read_origin(visit.door.settings.public_url)
    headers = page_headers(own, visit.spoken, visit.form.origins)
    return Response(page, status_code=status, headers={**headers, **name_wait(refusal)})


def answer_json(
    visit: Visit,
    body: Mapping[str, Any] | Sequence[Any],
    status: int,
    refusal: ChaliceViewError | None = None,
) -> Response:
    """Return JSON that pages of allowed sites may read."""
    headers = {"Content-Type": "application/json; charset=utf-8", **share_headers(visit.form, visit.origin)}
    return Response(body, status_code=status, headers={**headers, **name_wait(refusal)})


def name_wait(refusal: ChaliceViewError | None) -> dict[str, str]:
    """Return Retry-After where waiting helps."""
    wait = RETRY_AFTER.get(type(refusal)) if refusal else None
    return {"Retry-After": wait} if wait else {}
