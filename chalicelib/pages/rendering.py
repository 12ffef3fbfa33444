"""From a template to a page's bytes, and the headers that belong to it.

The style stands in the page and its hash in the policy: one request, nothing to cache wrongly. So does the script of a
form with steps; no other page has one.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.config import current_settings
from chalicelib.shop import own
from chalicelib.shop.brand import Brand, find_brand, read_logo, write_opening
from chalicelib.shop.colours import Palette

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent


@cache
def build_environment(*folders: Path) -> Environment:
    """Return the template environment: autoescaped, and an unknown name is an error.

    Templates are looked for in `folders` first, so that another room's pages can extend ours.
    """
    # Imported here: a webhook or a JSON post shows no page.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader([*folders, FOLDER / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def read_style(day: Palette, night: Palette) -> str:
    """Return the style sheet, in the shop's colours. They come first: the rules for paper and print change them."""
    dark = f"@media (prefers-color-scheme: dark) {{ {name_colours(night)} }}"
    return f"{name_colours(day)}\n{dark}\n{(FOLDER / 'pages.css').read_text('utf-8')}"


def name_colours(palette: Palette) -> str:
    """Return the rule that names the shades of a palette."""
    return f":root {{ --accent: {palette.accent}; --on: {palette.on}; --tint: {palette.tint}; }}"


def show_brand(brand: Brand, language: str) -> dict[str, Any]:
    """Return what a page shows of the brand: its logos as `data:` addresses, whether its name, and its opening words.

    A logo without the name beside it has the name as its text.
    """
    day, night = (read_logo(own.FOLDER, name) if name else "" for name in (brand.logo, brand.night_logo))
    return {"day": day, "night": night, "named": brand.show_name or not day, "opening": write_opening(language)}


def render_page(template: str, **shown: Any) -> str:
    """Return a page; `shown` must hold what templates/base.html names: words, shop, title.

    Every page links to the privacy page: the link is added here, so that no page can lack it. `home` is the shop's own
    site, or ""; pages after which nothing follows link to it.
    """
    settings = current_settings()
    privacy = f"{settings.public_url.rstrip('/')}/privacy"
    shared = {"privacy": privacy, "home": settings.shop_url, "sold": bool(settings.data_sold_to)}
    return build_environment().get_template(template).render(**shared, **show_look(shown["words"].language), **shown)


def render_from(folder: Path, template: str, **shown: Any) -> str:
    """Return a page of another room, whose templates lie in `folder`, in the look of all pages."""
    return build_environment(folder).get_template(template).render(**show_look(shown["words"].language), **shown)


def show_look(language: str) -> dict[str, Any]:
    """Return what every page shows of the shop's look."""
    brand = find_brand()
    return {"style": read_style(brand.day, brand.night), "brand": show_brand(brand, language)}


def hash_style() -> str:
    """Return the source expression of the style sheet."""
    brand = find_brand()
    return hash_source(read_style(brand.day, brand.night))


def page_headers(own_origin: str, language: str, framed_by: Iterable[str] = (), *, script: str = "") -> dict[str, str]:
    """Return the headers of an HTML page. `framed_by` are origins that may show it in a frame, `script` its one script.

    The referrer policy must not be `no-referrer`: a browser then posts the page's form with `Origin: null`.
    """
    brand = find_brand()
    scripts = f"script-src {hash_source(script)}; " if script else ""
    pictures = "img-src data:; " if brand.logo else ""
    policy = (
        f"default-src 'none'; style-src {hash_style()}; {scripts}{pictures}"
        f"form-action {own_origin}; base-uri 'none'; frame-ancestors {' '.join((own_origin, *framed_by))}"
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


def hash_source(text: str) -> str:
    """Return the source expression (CSP 3, 2.3.1) of an inline style or script."""
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
