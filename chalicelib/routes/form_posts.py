"""A post of a form, from the request to the inbox: check, read, validate, accept."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

from chalice import Response
from chalice.app import ChaliceViewError

from chalicelib.door.limiter import Limiter
from chalicelib.errors import InvalidSubmissionError, SlowDownError
from chalicelib.forms.definition import Form
from chalicelib.forms.page_token import check_page_token
from chalicelib.forms.post import Post, sort_post
from chalicelib.forms.validation import CleanForm, validate_form
from chalicelib.forms.values import Occasion
from chalicelib.models import Trust
from chalicelib.models.numbers import write_number
from chalicelib.routes.form_answers import KeptPost, Sent, refuse_post, thank_sender
from chalicelib.routes.form_body import parse_body
from chalicelib.routes.form_questions import judge_person
from chalicelib.routes.form_request import FormRequest
from chalicelib.routes.http import read_body
from chalicelib.routes.origins import check_origin
from chalicelib.senders.anonymous import make_anonymous
from chalicelib.senders.form import is_lasting, make_submission
from chalicelib.shop.brand import name_shop

Kept = TypeVar("Kept")


def take_post(request: FormRequest, received: Any) -> Response:
    """Take a post of a form, whose sender becomes a customer."""
    return handle_post(request, received, keep_post, thank_sender)


def handle_post(
    request: FormRequest,
    received: Any,
    keep: Callable[[FormRequest, Post], Kept],
    thank: Callable[[FormRequest, Post, Kept], Response],
) -> Response:
    """Check, read and keep a post; answer every refusal as JSON or as a page, as the caller asked."""
    sent: Sent = {}
    try:
        check_origin(request.form, request.origin, request.door.settings.public_url)
        take_turns(request)
        raw = read_body(received, request.door.settings.max_body_bytes)
        take_budget(request, raw)
        sent = parse_body(raw, request.headers.get("content-type", ""))
        request = adopt_language(request, sent)
        post = sort_post(request.form, sent)
        kept = keep(request, post)
    except ChaliceViewError as refusal:
        return refuse_post(request, refusal, sent)
    return thank(request, post, kept)


def take_turns(request: FormRequest) -> None:
    """Count this post against its network address, over all forms and for this one; raise SlowDownError."""
    limits = (request.door.limiter, limit_form(request.form.name, request.form.spam.posts_per_minute))
    if not all(limiter.take_turn(request.address, request.now) for limiter in limits):
        raise SlowDownError("Too many posts from this network: wait a minute.")


def take_budget(request: FormRequest, raw: bytes) -> None:
    """Count a post by its size, over all networks; raise SlowDownError while too little is left for so long a one."""
    if not request.door.budget.take_post(len(raw), request.now):
        raise SlowDownError("Too much is posted at once: wait a minute.")


@cache
def limit_form(_name: str, per_minute: int) -> Limiter:
    """Return one form's limiter in this container."""
    return Limiter(per_minute)


def adopt_language(request: FormRequest, sent: Sent) -> FormRequest:
    """Return the request in the language of the post, so that faults are in the words of the page."""
    given = dict(sent).get("language")
    return replace(request, spoken=given) if given in request.form.languages else request


def keep_post(request: FormRequest, post: Post) -> KeptPost:
    """Validate and accept a post."""
    form, now = request.form, request.now
    trust, suspicion = check_page_token(form, post.page_token, now, request.door.page_token_keys(now))
    if form.anonymous:
        return keep_anonymous(request, post, trust, suspicion)
    clean = clean_post(request, post, suspicion)
    submission = make_submission(
        clean,
        post,
        trust=trust,
        address=request.address,
        header_key=request.headers.get("idempotency-key", ""),
        now=now,
    )
    new = request.door.accept(submission)
    number = write_number(request.door.name_submission(submission))
    return KeptPost(clean, number, new=new, lasting=is_lasting(submission.idempotency_key))


def keep_anonymous(request: FormRequest, post: Post, trust: Trust, suspicion: tuple[str, ...]) -> KeptPost:
    """Validate and accept an answer to an anonymous survey; its sender gets no number, which would name the answer.

    Only a fresh page of ours counts: without one, nothing but the network would tell two posts apart.
    """
    if trust is not Trust.OWN:
        raise InvalidSubmissionError({"page_token": "forged"})
    clean = clean_post(request, post, suspicion)
    new = request.door.accept(make_anonymous(clean, post.page_token, request.now))
    return KeptPost(clean, "", new=new, lasting=True)


def clean_post(request: FormRequest, post: Post, suspicion: tuple[str, ...] = ()) -> CleanForm:
    """Return clean answers; raise InvalidSubmissionError with a reason code per field.

    A post that looks like a machine's, by its honeypot or by `suspicion`, must also answer the question of its page.
    One that is only too fast and has other faults is not asked: the next press of its page is not too fast.
    """
    try:
        clean = validate_post(request, post)
    except InvalidSubmissionError as refusal:
        raise InvalidSubmissionError({**refusal.fields, **judge_person(request, post, ())}) from None
    if faults := judge_person(request, post, suspicion):
        raise InvalidSubmissionError(faults)
    return clean


def validate_post(request: FormRequest, post: Post) -> CleanForm:
    form, settings = request.form, request.door.settings
    language = post.language or speak_default(form, settings.shop_language)
    return validate_form(
        form,
        post.values,
        language=language,
        shop=name_shop(settings, language),
        occasion=Occasion(settings.shop_country, request.now.date()),
    )


def speak_default(form: Form, own: str) -> str:
    """Return the language of a form that was posted without one: the shop's, or else the form's first."""
    return own if own in form.languages else form.languages[0]
