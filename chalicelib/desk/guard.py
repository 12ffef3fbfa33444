"""Stands before every route of the desk: where a post comes from, who is signed in, what they may, and how lately."""

import hmac
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from chalice import Response
from chalice.app import ChaliceViewError

from chalicelib.desk.answers import choose_next, lead_to, show_problem
from chalicelib.desk.request import DeskRequest, read_request
from chalicelib.desk.rights import Right
from chalicelib.errors import (
    DefinitionError,
    ForbiddenOriginError,
    InvalidSubmissionError,
    NoRightError,
    RaceLostError,
    UnknownPageError,
)
from chalicelib.services import current_services

log = logging.getLogger(__name__)
PART = re.compile(r"[A-Za-z0-9._-]{1,128}")  # of a path: random ids, keys of the inbox, names of forms
View = Callable[..., Response]  # (request, **parts of the path)


@dataclass(frozen=True)
class Rule:
    """What a route asks: a right, and whether the passkey must have been asked within five minutes.

    `back` is the page to come back to where a post was turned away. `many` lets a field of its form stand twice.
    `foreign` lets a post come from elsewhere: from a mail program, where the address itself holds a secret token.
    """

    right: Right
    fresh: bool = False
    back: str = "/"
    many: bool = False
    foreign: bool = False


def answer_request(raw: Any, rule: Rule, view: View, parts: Mapping[str, str]) -> Response:
    """Answer one request; every way out is a page of ours."""
    request = read_request(raw, current_services())
    try:
        if raw.method != "GET" and not rule.foreign:
            refuse_foreign(request)
        check_parts(parts)
        return turn_away(request, rule, parts) or view(request, **parts)
    except InvalidSubmissionError as refusal:
        return show_problem(request, refusal.STATUS_CODE, next(iter(refusal.fields.values())))
    except ChaliceViewError as refusal:
        return show_problem(request, refusal.STATUS_CODE)
    except RaceLostError:
        return show_problem(request, 409)
    except DefinitionError as fault:
        log.error("definition_unusable", extra={"reason": str(fault)})
        return show_problem(request, 422, "file", fault=str(fault))
    except Exception:
        log.exception("desk_failed")
        return show_problem(request, 503, alone=True)


def refuse_foreign(request: DeskRequest) -> None:
    """Refuse a post that comes from no page of ours; raise ForbiddenOriginError.

    Browsers say it in Sec-Fetch-Site, which no script can set; older ones in Origin. A request with neither is refused.
    """
    site = request.headers.get("sec-fetch-site")
    if site == "same-origin":
        return
    if site is None and request.headers.get("origin") == read_origin(request.services.settings.desk_url):
        return
    raise ForbiddenOriginError("This is no page of the desk.")


def check_parts(parts: Mapping[str, str]) -> None:
    """Raise UnknownPageError for a part of a path that no id and no name of ours looks like.

    A table refuses a key that is too long; without this check that would be an error of ours (503).
    """
    if not all(PART.fullmatch(value) for value in parts.values()):
        raise UnknownPageError("There is no such page.")


def turn_away(request: DeskRequest, rule: Rule, parts: Mapping[str, str]) -> Response | None:
    """Return where to go first, or None; raise NoRightError, ForbiddenOriginError."""
    if rule.right is Right.OPEN or (rule.right is Right.PUT and request.till.is_active):
        return None
    asked = request.raw.method == "GET"
    back = choose_next(fill_path(request.raw.context["resourcePath"] if asked else rule.back, parts))
    if request.signed is None:
        return lead_to("/sign-in", next=back)
    if not request.may(rule.right):
        raise NoRightError("The role may not do this.")
    # As bytes: text that is not ASCII cannot be compared in constant time.
    sent = {} if asked else dict(request.pairs) if rule.many else request.form
    given, own = sent.get("form_token", ""), request.signed.form_token
    if not asked and not hmac.compare_digest(given.encode(), own.encode()):
        raise ForbiddenOriginError("The form belongs to another session.")
    if rule.fresh and not request.signed.session.is_fresh(request.now):
        return lead_to("/touch", next=back)
    return None


def fill_path(pattern: str, parts: Mapping[str, str]) -> str:
    """Return a path with its parts filled in."""
    for name, value in parts.items():
        pattern = pattern.replace("{" + name + "}", value)
    return pattern


def read_origin(url: str) -> str:
    """Return the origin of an address: scheme, host and port."""
    split = urlsplit(url)
    return f"{split.scheme}://{split.netloc}".lower()
