"""The front page: who the shop is, its forms, and where people ask about their data.

It reads files alone, and no table.
"""

from chalicelib.config import Settings
from chalicelib.forms.definition import Form
from chalicelib.forms.interface import Interface, find_interface
from chalicelib.forms.library import UNLISTED, list_readable, load_form
from chalicelib.pages.form_page import list_switches
from chalicelib.pages.rendering import render_page
from chalicelib.shop.brand import name_shop, write_address, write_opening
from chalicelib.words import list_languages

REQUESTS = UNLISTED / "request.toml"
LinkView = tuple[str, str, Interface]  # its address, its words, and the language of those


def render_front(language: str, settings: Settings) -> str:
    """Return the front page in a language that pages speak."""
    words, site = find_interface(language), settings.public_url.rstrip("/")
    shop = name_shop(settings, language)
    forms = list_readable()
    return render_page(
        "front.html",
        words=words,
        shop=shop,
        title=words.welcome,
        text=write_opening(language) or words.welcome_text.format(shop=words.isolate(shop)),
        address=f"{site}/",
        switches=list_switches(),
        forms=[link_form(form, f"{site}/forms/{form.name}", language) for form in forms],
        requests=link_form(load_form(REQUESTS), f"{site}/privacy/requests", language),
        postal=write_address(settings, language),
    )


def link_form(form: Form, address: str, language: str) -> LinkView:
    """Return a link to a form by its title; a form that lacks the page's language is named in its own."""
    spoken = language if language in form.languages else choose_own(form)
    return f"{address}?lang={spoken}", form.title[spoken], find_interface(spoken)


def choose_own(form: Form) -> str:
    """Return the first language of a form that pages speak too."""
    return next(language for language in form.languages if language in list_languages())
