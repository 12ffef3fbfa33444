"""One request to the desk: who asks, in which language, and what was sent."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from chalicelib.desk.cookies import read_cookies, read_device_cookie, read_session_cookie
from chalicelib.desk.rights import Right, may
from chalicelib.desk.signing.devices import name_device
from chalicelib.errors import MalformedError, NoRightError, UnsupportedTypeError
from chalicelib.routes.http import read_body, read_headers, request_time
from chalicelib.routes.languages import choose_language
from chalicelib.services import Services
from chalicelib.store.audit import DESK
from chalicelib.store.names import hash_text
from chalicelib.store.parts import Part
from chalicelib.store.sessions import Session
from chalicelib.store.staff import Member
from chalicelib.store.tills import Till
from chalicelib.today.actor import Actor
from chalicelib.words import list_languages

FORM = "application/x-www-form-urlencoded"
LARGEST = 65_536  # bytes of a form: a passkey's answer is about one thousand
MOST_FIELDS = 200  # a form has at most 60 questions, and some take several answers
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Signed:
    """Who is signed in. `token` is the session's own, which only the cookie holds."""

    session: Session
    member: Member
    token: str

    @property
    def form_token(self) -> str:
        """Return what each form of this session carries, and no page of another site knows."""
        return hmac.new(self.token.encode(), b"form", hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class DeskRequest:
    """A request, read as far as its headers; the session and the form on first use."""

    raw: Any
    services: Services
    now: datetime
    headers: Mapping[str, str]
    cookies: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def signed(self) -> Signed | None:
        """Return who is signed in, or None; note that the session is used."""
        cookie = read_session_cookie(self.cookies)
        found = self.services.sessions.read_session(*cookie, self.now) if cookie else None
        if cookie is None or found is None:
            return None
        self.services.sessions.note_seen(found[0], self.now)
        return Signed(*found, cookie.token)

    @property
    def who(self) -> Signed:
        """Return who is signed in, where a route asks for it; raise NoRightError."""
        if self.signed is None:
            raise NoRightError("Nobody is signed in.")
        return self.signed

    @cached_property
    def till(self) -> Till:
        """Return the till that this device is; note that it calls. Raise NoRightError where it is none."""
        cookie = read_device_cookie(self.cookies)
        found = self.services.tills.read_device(*cookie) if cookie else None
        if found is None:
            raise NoRightError("The device is no till.")
        self.services.tills.note_seen(found, self.now)
        return found

    @property
    def me(self) -> Member:
        return self.who.member

    @cached_property
    def form(self) -> Mapping[str, str]:
        """Return the fields of a form, each once; raise MalformedError, UnsupportedTypeError, TooLargeError."""
        form = dict(self.pairs)
        if len(form) < len(self.pairs):
            raise MalformedError("A field stands twice.")
        return form

    @cached_property
    def pairs(self) -> Pairs:
        """Return the fields of a form in their order, some of them more than once; raise as `form` does."""
        return read_pairs(self.raw, self.headers)

    @property
    def asked_language(self) -> str:
        """Return the language that the browser asks for; the session has no part in it."""
        return choose_language(self.raw, self.headers, list_languages(), self.services.settings.shop_language)

    @cached_property
    def language(self) -> str:
        """Return the language of the page: the session's, or the one that the browser asks for."""
        kept = self.signed.session.language if self.signed is not None else ""
        return kept if kept in list_languages() else self.asked_language

    @property
    def device(self) -> str:
        """Return what the browser says that it is, in words."""
        return name_device(self.headers.get("user-agent", ""))

    @property
    def asked(self) -> Mapping[str, str]:
        """Return the parameters of the query."""
        return self.raw.query_params or {}

    def may(self, right: Right) -> bool:
        """Return whether the member who is signed in has a right; everybody has Right.OPEN."""
        return right is Right.OPEN or (self.signed is not None and may(self.signed.member.role, right))

    def name_place(self) -> str:
        """Return the name of this session, to which a challenge is bound."""
        return hash_text(self.who.token)

    def require_me(self) -> Part:
        """Return the part that fails a transaction once the member was dismissed or got another role."""
        return self.services.require_staff(self.me.staff_id, self.me.number)

    @property
    def actor(self) -> Actor:
        """Return who acts, with the part that each transaction of theirs carries."""
        return Actor(self.me.staff_id, (self.require_me(),))

    def note(self, reason: str, actor: str = "") -> Part:
        """Return the part that adds a line about the desk itself to the audit."""
        return self.services.audit.write_access(DESK, actor or self.me.staff_id, reason, self.now)

    def note_opening(self, customer_id: str, reason: str) -> Part:
        """Return the part that adds a line about a customer's record to the audit."""
        return self.services.audit.write_access(customer_id, self.me.staff_id, reason, self.now)


def read_request(raw: Any, services: Services) -> DeskRequest:
    """Return a request."""
    headers = read_headers(raw)
    return DeskRequest(raw, services, request_time(raw), headers, read_cookies(headers))


def read_pairs(raw: Any, headers: Mapping[str, str]) -> Pairs:
    """Return the fields of an urlencoded body."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    body = read_body(raw, LARGEST)
    if body and kind != FORM:
        raise UnsupportedTypeError("Send a form.")
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise MalformedError("The form cannot be read.") from None
