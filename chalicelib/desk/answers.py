"""How the desk answers: pages, redirects, JSON for the script, and the headers that each of them has."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from chalice import Response

from chalicelib.desk.navigation import list_ways
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.words import find_desk_words
from chalicelib.forms.interface import find_interface
from chalicelib.pages.rendering import hash_style, render_from
from chalicelib.shop.brand import find_brand, name_shop

FOLDER = Path(__file__).parent
OWN_PATH = re.compile(r"/(?!/)[A-Za-z0-9/_-]{0,200}")
KEPT = "public, max-age=31536000, immutable"
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # `no-referrer` would make a browser post forms with `Origin: null`
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@cache
def read_file(name: str) -> str:
    """Return a file of the desk's pages."""
    return (FOLDER / name).read_text("utf-8")


@cache
def name_version(name: str) -> str:
    """Return a short hash of a file: its address changes with its content."""
    return hashlib.sha256(read_file(name).encode()).hexdigest()[:12]


@cache
def hash_own_style() -> str:
    return "sha256-" + b64encode(hashlib.sha256(read_file("desk.css").encode()).digest()).decode()


def page_headers(language: str) -> dict[str, str]:
    """Return the headers of a page: no script but ours, no frame around it, and no copy anywhere."""
    pictures = "img-src data:; " if find_brand().logo else ""
    policy = (
        f"default-src 'none'; script-src 'self'; connect-src 'self'; style-src {hash_style()} '{hash_own_style()}'; "
        f"{pictures}form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    shown = {"Content-Type": "text/html; charset=utf-8", "Content-Language": language}
    return {**HEADERS, **shown, "Content-Security-Policy": policy}


def show_page(request: DeskRequest, template: str, *, title: str, status: int = 200, **shown: Any) -> Response:
    """Return a page of the desk."""
    return show_in(request, request.language, template, title=title, status=status, signed=request.signed, **shown)


def show_in(request: DeskRequest, language: str, template: str, *, title: str, status: int, **shown: Any) -> Response:
    """Return a page in a language; `signed` says whose page it is, or is None."""
    signed = shown["signed"]
    frame = {
        "words": find_interface(language),
        "say": find_desk_words(language),
        "shop": name_shop(request.services.settings, language),
        "title": title,
        "ways": list_ways(request) if signed else None,
        "form_token": signed.form_token if signed else "",
        "version": name_version("desk.js"),
        "own_style": read_file("desk.css"),
    }
    page = render_from(FOLDER / "templates", template, **frame, **shown)
    return Response(page, status_code=status, headers=page_headers(language))


def lead_to(path: str, cookies: Iterable[str] = (), **query: str) -> Response:
    """Return a redirect to a page of ours, to be asked for with GET."""
    address = path + (f"?{urlencode(query)}" if query else "")
    headers: dict[str, Any] = {**HEADERS, "Location": address, "Content-Type": "text/plain"}
    if cookies:
        headers["Set-Cookie"] = list(cookies)
    return Response("", status_code=303, headers=headers)


def give_json(body: Mapping[str, Any], cookies: Iterable[str] = ()) -> Response:
    """Return JSON for the script of a page."""
    headers: dict[str, Any] = {**HEADERS, "Content-Type": "application/json; charset=utf-8"}
    if cookies:
        headers["Set-Cookie"] = list(cookies)
    return Response(dict(body), status_code=200, headers=headers)


def give_script_file(name: str) -> Response:
    """Return a script of the desk's pages, to be kept: its address has a hash of its content."""
    headers = {"Content-Type": "text/javascript; charset=utf-8", "Cache-Control": KEPT}
    return Response(read_file(name), status_code=200, headers={**headers, "X-Content-Type-Options": "nosniff"})


def show_problem(
    request: DeskRequest, status: int, reason: str = "", *, alone: bool = False, fault: str = ""
) -> Response:
    """Return a page that says what went wrong; `alone` where no table may be asked who is signed in.

    `fault` is a mistake in a file of the shop's own: who is not signed in does not see it.
    """
    language = request.asked_language if alone else request.language
    say = find_desk_words(language)
    named = say.reasons.get(reason) or say.acts.faults.get(reason)
    title = named or say.problems.get(str(status)) or say.problems["400"]
    signed = None if alone else request.signed
    shown = {"signed": signed, "fault": fault if signed else ""}
    return show_in(request, language, "problem_page.html", title=title, status=status, **shown)


def choose_next(path: str) -> str:
    """Return a path of ours, or the start page: no page sends anybody to another site."""
    return path if OWN_PATH.fullmatch(path) else "/"
