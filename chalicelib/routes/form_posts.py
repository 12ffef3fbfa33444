"""A post of a form, from the request to the inbox: check, read, validate, accept."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from chalice import Response
from chalice.app import ChaliceViewError

from chalicelib.errors import SlowDownError
from chalicelib.forms.definition import Form
from chalicelib.forms.page_token import weigh_render
from chalicelib.forms.post import Post, sort_post
from chalicelib.forms.validation import CleanForm, validate_form
from chalicelib.forms.values import Occasion
from chalicelib.limiter import Limiter
from chalicelib.routes.form_answers import Sent, refuse_post, thank_sender
from chalicelib.routes.form_body import parse_body
from chalicelib.routes.form_request import Visit
from chalicelib.routes.http import read_body
from chalicelib.routes.origins import check_origin
from chalicelib.senders.form import make_submission


def take_post(visit: Visit, request: Any) -> Response:
    """Take a post of a form that makes a customer of whoever fills it in."""
    return handle_post(visit, request, keep_post, thank_sender)


def handle_post(
    visit: Visit,
    request: Any,
    keep: Callable[[Visit, Post], bool],
    thank: Callable[[Visit, Post, bool], Response],
) -> Response:
    """Check, read, keep; every refusal is answered in the caller's own way."""
    sent: Sent = {}
    try:
        check_origin(visit.form, visit.origin, visit.door.settings.public_url)
        take_turns(visit)
        raw = read_body(request, visit.door.settings.max_body_bytes)
        sent = parse_body(raw, visit.headers.get("content-type", ""))
        visit = adopt_language(visit, sent)
        post = sort_post(visit.form, sent)
        kept = keep(visit, post)
    except ChaliceViewError as refusal:
        return refuse_post(visit, refusal, sent)
    return thank(visit, post, kept)


def take_turns(visit: Visit) -> None:
    """Count this post against its network address, over all forms and for this one; raise SlowDownError."""
    limits = (visit.door.limiter, limit_form(visit.form.name, visit.form.spam.posts_per_minute))
    if not all(limiter.take_turn(visit.address, visit.now) for limiter in limits):
        raise SlowDownError("Too many posts from this network: wait a minute.")


@cache
def limit_form(_name: str, per_minute: int) -> Limiter:
    """Return one form's limiter in this container."""
    return Limiter(per_minute)


def adopt_language(visit: Visit, sent: Sent) -> Visit:
    """Speak on in the language that the post came in, so that a fault is told in the words of the page."""
    given = dict(sent).get("language")
    return replace(visit, spoken=given) if given in visit.form.languages else visit


def keep_post(visit: Visit, post: Post) -> bool:
    """Validate and accept; return False for what we had already."""
    form, now = visit.form, visit.now
    trust, suspicion = weigh_render(form, post.render, now, visit.door.render_keys(now))
    clean = clean_post(visit, post)
    submission = make_submission(
        clean,
        post,
        trust=trust,
        suspicion=suspicion,
        address=visit.address,
        header_key=visit.headers.get("idempotency-key", ""),
        now=now,
    )
    return visit.door.accept(submission)


def clean_post(visit: Visit, post: Post) -> CleanForm:
    """Return clean answers; raise InvalidSubmissionError with a reason code per field."""
    form, settings = visit.form, visit.door.settings
    return validate_form(
        form,
        post.values,
        language=post.language or speak_default(form, settings.shop_language),
        occasion=Occasion(settings.shop_country, visit.now.date()),
    )


def speak_default(form: Form, own: str) -> str:
    """Return the language of a form that was posted without one: the shop's, or else the form's first."""
    return own if own in form.languages else form.languages[0]
