"""Renders a mail from its name, a language and its words. One source gives HTML and text.

The folders `html` and `text` hold the same two files: the frame of a mail, and its parts. A template names its parts,
and renders with either folder. Templates are ours: text that people typed is only ever a value in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.errors import UnfitMailError
from chalicelib.forms.interface import find_interface
from chalicelib.mails.folding import wrap_text
from chalicelib.mails.language import MailLanguage, find_mail_language
from chalicelib.mails.mail import Mail, list_faults, list_headers
from chalicelib.mails.scale import find_scale
from chalicelib.mails.templates import MailTemplate, find_template
from chalicelib.mails.words import MailWords
from chalicelib.shop import own
from chalicelib.shop.brand import find_brand

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent


def render_mail(template: str, language: str, words: MailWords) -> Mail:
    """Return the mail of that name in that language, or in English for a language that is not on file.

    Raise UnfitMailError for one that must not go out: words it needs are empty, its template lost the unsubscribe
    link, the address or the reason, or it is too large. Raise DefinitionError where there is no such mail.
    """
    source = find_template(template)
    spoken = find_mail_language(source.choose_language(find_mail_language(language).language))
    if missing := source.list_missing(words):
        raise UnfitMailError(f"{template}: {', '.join(missing)}")
    shown = show_words(source, spoken, words)
    mail = Mail(
        subject=shown["subject"],
        preview=shown["preview"],
        html=render_part("html", template, shown),
        text=wrap_text(render_part("text", template, shown)),
        headers=list_headers(words) if source.marketing else {},
    )
    if faults := list_faults(mail, shown if source.marketing else {}, words):
        raise UnfitMailError(f"{template}: {', '.join(faults)}")
    return mail


def show_words(source: MailTemplate, spoken: MailLanguage, words: MailWords) -> dict[str, Any]:
    """Return the values of all names in the templates."""
    offer = words.offer
    discount = spoken.write_discount(offer) if offer else ""
    values = {"shop": words.shop_name, "name": words.person_name, "discount": discount}
    values |= {"title": words.title, "answers": words.answers, "number": words.number, "product": words.product}
    values["quantity"] = spoken.write_digits(str(words.quantity or ""))
    values |= {"bought": words.bought, "days": spoken.write_digits(str(words.again_days or ""))}
    values["day"] = spoken.write_day(words.day) if words.day else ""
    if words.figures:
        values["day"] = spoken.write_day(words.figures.counted)
        values["n"] = spoken.write_digits(str(words.figures.compared))
    preview = source.preview_offer if offer else source.preview
    isolate = find_interface(spoken.language).isolate
    inside = {name: isolate(value) for name, value in values.items()}
    brand = find_brand()
    return {
        "look": brand.day,
        "night": brand.night,
        "logo": brand.mail_logo,
        "named": brand.show_name or not brand.mail_logo,
        "words": words,
        "spoken": spoken,
        "values": values,
        "inside": inside,
        "phrases": {name: phrase[spoken.language] for name, phrase in source.phrases.items()},
        "subject": source.subject[spoken.language].format_map(values),
        "preview": preview[spoken.language].format_map(inside),
        "reason": spoken.reasons[words.reason].format_map(values) if words.reason else "",
        "discount": discount,
        "scale": find_scale(words, spoken),
        "expires": spoken.valid_until.format(date=spoken.write_day(offer.expires)) if offer and offer.expires else "",
    }


def render_part(part: str, template: str, shown: Mapping[str, Any]) -> str:
    """Return the `html` or the `text` of a mail."""
    return build_environment(part).get_template(f"{template}.jinja").render(shown)


@cache
def build_environment(part: str) -> Environment:
    """Return the environment of one part: HTML is escaped, and an unknown name is an error in both."""
    # Imported here: only functions that send mail need it.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader([own.FOLDER / "mails", FOLDER / "templates", FOLDER / part]),
        autoescape=part == "html",  # noqa: S701 - the other part is plain text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["fill"] = make_filler(part)
    return environment


def make_filler(part: str) -> Any:
    """Return the filter that puts names into a phrase, each isolated, so that it cannot reverse the line."""
    from jinja2 import pass_context
    from markupsafe import Markup, escape

    @pass_context
    def fill_html(context: Mapping[str, Any], phrase: str) -> Markup:
        isolated = {name: Markup("<bdi>{}</bdi>").format(value) for name, value in context["values"].items()}
        # Whole in one line: a number is read out to staff, and breaks at its hyphen otherwise.
        isolated["number"] = Markup('<bdi style="white-space: nowrap">{}</bdi>').format(context["values"]["number"])
        return escape(phrase).format_map(isolated)

    @pass_context
    def fill_text(context: Mapping[str, Any], phrase: str) -> str:
        return phrase.format_map(context["inside"])

    return fill_html if part == "html" else fill_text
