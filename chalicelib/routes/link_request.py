"""One request for a link of a mail: its link, its language, and how it is answered."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps
from typing import Any

from chalice import Blueprint, Response

from chalicelib.door import Door, open_door
from chalicelib.errors import SlowDownError, TryAgainLaterError
from chalicelib.forms.network import truncate_address
from chalicelib.pages.context import PageContext
from chalicelib.pages.link_pages import render_later
from chalicelib.pages.rendering import page_headers
from chalicelib.routes.form_body import parse_body
from chalicelib.routes.http import client_address, read_body, read_headers, request_time
from chalicelib.routes.languages import choose_language
from chalicelib.routes.origins import read_origin, read_site
from chalicelib.routes.preferences import Sent
from chalicelib.shop.brand import name_shop
from chalicelib.store.links import Link, LinkKind, name_token
from chalicelib.words import list_languages

log = logging.getLogger(__name__)

View = Callable[
    ..., Response
]  # a view function of Chalice, or one of a LinkRequest, its Link and the rest of the address
Page = Callable[[PageContext], str]

RETRY_AFTER = "30"  # seconds
# The address holds the token: it must not leak through a Referer, a cache or a search engine.
PRIVATE = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}


@dataclass(frozen=True)
class LinkRequest:
    """A request for a link. `link` is None where the token has no valid link, or the link could not be read."""

    door: Door
    raw: Any
    page: str
    token: str
    link: Link | None
    now: datetime

    @property
    def name(self) -> str:
        """Return the name of the link's row, by which settling finds the reader of the mail."""
        return name_token(self.token)

    @property
    def network(self) -> str:
        """Return the network of the caller's address, truncated, kept as evidence of consent."""
        return truncate_address(client_address(self.raw))

    @property
    def language(self) -> str:
        """Return the page's language: `?lang=`, the mail's, else what the browser asks for."""
        asked = str((self.raw.query_params or {}).get("lang", ""))
        own = self.link.language if self.link else ""
        for language in (asked, own):
            if language in list_languages():
                return language
        headers = read_headers(self.raw)
        return choose_language(self.raw, headers, list_languages(), self.door.settings.shop_language)

    @property
    def context(self) -> PageContext:
        """Return the page's context; addresses come from the settings, never from the Host header."""
        settings = self.door.settings
        address = self.name_address(self.page)
        return PageContext(
            self.language,
            name_shop(settings, self.language),
            settings.shop_url,
            read_site(settings.public_url),
            address,
        )

    def name_address(self, page: str) -> str:
        """Return the address of a page for the same token; a malformed token is not repeated."""
        token = self.token if self.link else ""
        return f"{read_site(self.door.settings.public_url)}/{page}/{token}"


def read_link_request(raw: Any, token: str = "") -> LinkRequest:
    """Return the request with nothing looked up yet; its page is the address up to the token."""
    page = raw.context["resourcePath"].partition("/{token}")[0].strip("/")
    return LinkRequest(open_door(), raw, page, token, None, request_time(raw))


def with_link(
    blueprint: Blueprint,
    *kinds: LinkKind,
    gone: Page,
    later: Page = render_later,
    absent: Callable[[LinkRequest], Response] | None = None,
) -> Callable[[View], View]:
    """Make a view from a function of a LinkRequest and its Link: the link of the address's token.

    `gone` is the one page for an unknown, malformed or expired token, and for a link of another kind (404); `later` is
    the page for an outage, when nothing was kept (503). `absent` answers instead of `gone` where a link may still come.
    """

    def make_view(answer: View) -> View:
        @wraps(answer)
        def view(token: str, **named: str) -> Response:
            request = read_link_request(blueprint.current_request, token)
            try:
                link = request.door.links.read_link(token, request.now)
                if link is None or link.kind not in kinds:
                    return absent(request) if absent else show_page(request, gone(request.context), 404)
                request = replace(request, link=link)
                return answer(request, link, **named)
            except TryAgainLaterError:
                log.warning("link_unanswered", extra={"page": request.page})
                return show_page(request, later(request.context), 503)

        return view

    return make_view


def read_post(request: LinkRequest) -> Sent:
    """Return the posted values; raise SlowDownError, or the error of a body that cannot be read."""
    if not request.door.limiter.take_turn(client_address(request.raw), request.now):
        raise SlowDownError("Too many posts from this network: wait a minute.")
    raw = read_body(request.raw, request.door.settings.max_body_bytes)
    return parse_body(raw, read_headers(request.raw).get("content-type", ""))


def show_page(request: LinkRequest, page: str, status: int = 200) -> Response:
    own = read_origin(request.door.settings.public_url)
    headers = {**page_headers(own, request.language), **PRIVATE, "Vary": "Accept-Language"}
    if status == 503:
        headers["Retry-After"] = RETRY_AFTER
    return Response(page, status_code=status, headers=headers)
