"""The token of a form's page, and the question that follows from it where a post looks like a machine's."""

from collections.abc import Mapping
from typing import Any

from chalicelib.forms import page_question
from chalicelib.forms.page_token import read_page_token, sign_page_token
from chalicelib.forms.post import Post
from chalicelib.routes.form_request import FormRequest

Faults = Mapping[str, str]
Typed = Mapping[str, list[str]]


def judge_person(request: FormRequest, post: Post, suspicion: tuple[str, ...]) -> dict[str, str]:
    """Return a fault where a post looks like a machine's, or was asked the question, and does not answer it rightly.

    Raise InvalidSubmissionError for a forged page token: the question follows from it.
    """
    if not (suspicion or post.trapped or post.asked):
        return {}
    keys = request.door.page_token_keys(request.now)
    if post.page_token:
        read_page_token(request.form, post.page_token, keys)
    reason = page_question.judge_answer(request.form, request.words, post.page_token, post.page_answer, keys)
    return {page_question.NAME: reason} if reason else {}


def pose_question(request: FormRequest, token: str, typed: Typed, faults: Faults) -> dict[str, Any] | None:
    """Return the question of a page where it is to be answered, or was answered by a post that failed otherwise."""
    if page_question.NAME not in faults and page_question.NAME not in typed:
        return None
    return page_question.show_question(request.form, request.words, token, find_key(request))


def keep_page_token(request: FormRequest, typed: Typed, faults: Faults) -> str:
    """Return the token of the page that was posted, so that a repeated post is still known as one.

    A forged or missing token is replaced: the person then only presses the button again. After a wrong answer the new
    token asks for another sum.
    """
    token = "".join(typed.get("page_token", [])[:1])
    if not token or "page_token" in faults:
        return make_page_token(request)
    return replace_page_token(request, token) if faults.get(page_question.NAME) == "wrong_answer" else token


def replace_page_token(request: FormRequest, old: str) -> str:
    """Return a new token whose question has another answer than that of the old token."""
    form, key = request.form, find_key(request)
    token = old
    while sum(page_question.find_numbers(form, token, key)) == sum(page_question.find_numbers(form, old, key)):
        token = make_page_token(request)
    return token


def make_page_token(request: FormRequest) -> str:
    """Return a new signed token."""
    return sign_page_token(request.form, request.now, find_key(request))


def find_key(request: FormRequest) -> bytes:
    """Return the key that signs new tokens."""
    return request.door.page_token_keys(request.now)[0]
