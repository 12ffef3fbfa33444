"""The till's page and its files, the same for everybody: its service worker keeps them, and nothing else.

The page has the shop's forms in it, no customer and no member of staff. It asks for no right, so a reload works without
a session; without a till's credential the page can send nothing.
"""

import hashlib
import json
from typing import Any

from chalice import Response

from chalicelib.desk.answers import HEADERS, page_headers, read_file, show_in
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.till.forms import list_views
from chalicelib.desk.words import find_desk_words, list_switches
from chalicelib.shop.brand import find_brand, name_shop
from chalicelib.words import list_languages

desk = DeskBlueprint(__name__)
HERE, SCRIPTS = "/till", ("till.js", "seal.js")
JSON, SCRIPT, PICTURE = "application/manifest+json", "text/javascript; charset=utf-8", "image/svg+xml"
ASKED = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}


@desk.route(HERE, right=Right.OPEN)
def show_till(request: DeskRequest) -> Response:
    """Show the page."""
    return show_shell(request, request.asked_language)


def show_shell(request: DeskRequest, language: str) -> Response:
    """Return the page in a language; nothing in it depends on who asks."""
    say = find_desk_words(language).till
    answer = show_in(
        request,
        language,
        "till.html",
        title=say.title,
        status=200,
        signed=None,
        views=list_views(language, request.services.settings, request.services.clock.currency),
        said=json.dumps(dict(say.said), ensure_ascii=False),
        switches=list_switches(),
        address=HERE,
        colours=find_brand(),
    )
    answer.headers |= till_headers(language)
    return answer


def till_headers(language: str) -> dict[str, str]:
    """Return the headers of the page: it alone may have a worker, a manifest and a picture of ours."""
    policy = page_headers(language)["Content-Security-Policy"].replace("img-src data:; ", "")
    more = "worker-src 'self'; manifest-src 'self'; img-src 'self' data:; "
    return {"Content-Security-Policy": policy.replace("form-action", f"{more}form-action")}


@desk.route("/till/till.js", right=Right.OPEN)
def give_script(_: DeskRequest) -> Response:
    """Return the script of the page."""
    return give_file(read_file("till/till.js"), SCRIPT)


@desk.route("/till/seal.js", right=Right.OPEN)
def give_seal(_: DeskRequest) -> Response:
    """Return the script that seals."""
    return give_file(read_file("till/seal.js"), SCRIPT)


@desk.route("/till/worker.js", right=Right.OPEN)
def give_worker(request: DeskRequest) -> Response:
    """Return the service worker, with the addresses that it keeps and a version that changes with any of them."""
    pages = [show_shell(request, language).body for language in list_languages()]
    parts = [*pages, *(read_file(f"till/{name}") for name in (*SCRIPTS, "worker.js")), write_manifest(request)]
    version = hashlib.sha256("".join(parts).encode()).hexdigest()[:12]
    head = f"const VERSION = {json.dumps(version)}, SHELL = {json.dumps(list_shell())};\n"
    policy = {"Content-Security-Policy": "default-src 'none'; connect-src 'self'", "Service-Worker-Allowed": HERE}
    return give_file(head + read_file("till/worker.js"), SCRIPT, policy)


@desk.route("/till/manifest.json", right=Right.OPEN)
def give_manifest(request: DeskRequest) -> Response:
    """Return what a device needs to keep the page like an app."""
    return give_file(write_manifest(request), JSON)


@desk.route("/till/icon.svg", right=Right.OPEN)
def give_icon(_: DeskRequest) -> Response:
    """Return the icon, in the shop's colour."""
    day = find_brand().day
    return give_file(ICON.format(ground=day.accent, ink=day.on), PICTURE)


ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512"><rect width="512" height="512" fill="{ground}"/>'
    '<g fill="none" stroke="{ink}" stroke-width="28" stroke-linejoin="round" stroke-linecap="round">'
    '<path d="M128 240h256l32 136H96z"/><path d="M176 240v-96h160v96M240 312h32"/></g></svg>'
)


def list_shell() -> list[str]:
    """Return the addresses of everything that the page is made of."""
    pages = [f"{HERE}?lang={language}" for language in list_languages()]
    return [*pages, *(f"{HERE}/{name}" for name in (*SCRIPTS, "manifest.json", "icon.svg"))]


def write_manifest(request: DeskRequest) -> str:
    """Return the manifest."""
    language = request.services.settings.shop_language
    shop, colour = name_shop(request.services.settings, language), find_brand().day.accent
    manifest: dict[str, Any] = {
        "id": HERE,
        "name": f"{shop} · {find_desk_words(language).till.title}",
        "short_name": shop[:24],
        "lang": language,
        "start_url": HERE,
        "scope": HERE,
        "display": "standalone",
        "theme_color": colour,
        "background_color": colour,
        "icons": [{"src": f"{HERE}/icon.svg", "sizes": "any", "type": PICTURE, "purpose": "any maskable"}],
    }
    return json.dumps(manifest, ensure_ascii=False)


def give_file(text: str, kind: str, more: dict[str, str] | None = None) -> Response:
    """Return a file; browsers ask each time whether it changed."""
    return Response(text, status_code=200, headers={**HEADERS, **ASKED, "Content-Type": kind, **(more or {})})
