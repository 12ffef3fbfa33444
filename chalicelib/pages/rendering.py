"""From a template to a page's bytes, and the headers that belong to it.

The style stands in the page and its hash in the policy: one request, nothing to cache wrongly, no inline script.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.config import current_settings

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent


@cache
def build_environment() -> Environment:
    """Return the template environment: autoescaped, and an unknown name is an error."""
    # Imported here: a webhook or a JSON post shows no page.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def read_style() -> str:
    """Return the style sheet."""
    return (FOLDER / "pages.css").read_text("utf-8")


def render_page(template: str, **shown: Any) -> str:
    """Return a page; `shown` must hold what templates/base.html names: words, shop, title.

    Every page links to the privacy page: the link is added here, so that no page can lack it. `home` is the shop's own
    site, or ""; pages after which nothing follows link to it.
    """
    settings = current_settings()
    privacy = f"{settings.public_url.rstrip('/')}/privacy"
    shared = {"privacy": privacy, "home": settings.shop_url, "sold": bool(settings.data_sold_to)}
    return build_environment().get_template(template).render(style=read_style(), **shared, **shown)


def page_headers(own_origin: str, language: str, framed_by: Iterable[str] = ()) -> dict[str, str]:
    """Return the headers of an HTML page. `framed_by` are origins that may show it in a frame.

    The referrer policy must not be `no-referrer`: a browser then posts the page's form with `Origin: null`.
    """
    style = b64encode(hashlib.sha256(read_style().encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{style}'; form-action {own_origin}; base-uri 'none'; "
        f"frame-ancestors {' '.join((own_origin, *framed_by))}"
    )
    return {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Language": language,
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
        "Vary": "Origin, Accept, Accept-Language",
        "X-Content-Type-Options": "nosniff",
    }
