"""From a mail's name, a language and a person's words to what goes out. The same source gives HTML and text.

The folders `html` and `text` hold the same two files, the letter's frame and its parts; a letter asks for parts by name
and never knows which of the two it is given. Templates are ours: what people type only ever fills a place in them.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from chalicelib.errors import UnfitMailError
from chalicelib.mails.letters import MARKETING_NEEDS, Letter, find_letter
from chalicelib.mails.speech import Speech, find_speech
from chalicelib.mails.words import MailWords
from chalicelib.models import Model

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent
LARGEST = 100_000  # bytes; Gmail cuts a mail's HTML at 102 KB, and the unsubscribe link with it
LINE = 72  # characters of a text mail's line (RFC 5322 asks for at most 78)


class Mail(Model):
    """One mail, ready to be sent. `preview` is the line shown beside the subject in a list of mails."""

    subject: str
    preview: str
    html: str
    text: str
    headers: dict[str, str] = Field(default_factory=dict)


def render_mail(template: str, language: str, words: MailWords) -> Mail:
    """Return the mail of that name in that language (English where we do not speak it).

    Raise UnfitMailError for one that must not go out: words it needs are empty, its template lost the unsubscribe
    link, the address or the reason, or it is too large. Raise DefinitionError where there is no such mail.
    """
    letter, speech = find_letter(template), find_speech(language)
    if missing := letter.list_missing(words):
        raise UnfitMailError(f"{template}: {', '.join(missing)}")
    shown = show_words(letter, speech, words)
    mail = Mail(
        subject=shown["subject"],
        preview=shown["preview"],
        html=render_part("html", template, shown),
        text=wrap_text(render_part("text", template, shown)),
        headers=list_headers(words) if letter.marketing else {},
    )
    if faults := list_faults(mail, shown if letter.marketing else {}, words):
        raise UnfitMailError(f"{template}: {', '.join(faults)}")
    return mail


def show_words(letter: Letter, speech: Speech, words: MailWords) -> dict[str, Any]:
    """Return all that the templates name."""
    offer = words.offer
    discount = speech.write_discount(offer) if offer else ""
    values = {"shop": words.shop_name, "name": words.person_name, "discount": discount}
    preview = letter.preview_offer if offer else letter.preview
    return {
        "words": words,
        "speech": speech,
        "values": values,
        "phrases": {name: phrase[speech.language] for name, phrase in letter.phrases.items()},
        "subject": letter.subject[speech.language].format_map(values),
        "preview": preview[speech.language].format_map(values),
        "reason": speech.reasons[words.reason].format_map(values) if words.reason else "",
        "discount": discount,
        "expires": speech.valid_until.format(date=speech.write_day(offer.expires)) if offer and offer.expires else "",
    }


def list_headers(words: MailWords) -> dict[str, str]:
    """Return the headers by which a mail program unsubscribes with one press (RFC 8058: exactly these words)."""
    return {
        "List-Unsubscribe": f"<{words.unsubscribe_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def list_faults(mail: Mail, shown: Mapping[str, Any], words: MailWords) -> list[str]:
    """Return what a rendered mail lacks; `shown` is empty for a mail that does not advertise."""
    faults = ["size"] if len(mail.html.encode()) > LARGEST else []
    if shown:
        page, text = unfold_text(strip_isolation(mail.html)), unfold_text(mail.text)
        links = (f'<a href="{escape_html(words.unsubscribe_url)}"', words.unsubscribe_url)
        lines = [unfold_text(line) for line in words.shop_address.splitlines()]
        reason = unfold_text(shown["reason"])
        present = {
            "unsubscribe_url": links[0] in page and links[1] in text,
            "shop_address": all(escape_html(line) in page and line in text for line in lines),
            "reason": escape_html(reason) in page and reason in text,
        }
        faults += [name for name in MARKETING_NEEDS if not present[name]]
    return faults


def escape_html(text: str) -> str:
    """Escape as the templates do."""
    from markupsafe import escape

    return str(escape(text))


def strip_isolation(page: str) -> str:
    """Return a page without the marks around names."""
    return page.replace("<bdi>", "").replace("</bdi>", "")


def unfold_text(text: str) -> str:
    """Return text with every run of blanks as one space, so that it compares across line ends."""
    return " ".join(text.split())


def wrap_text(text: str) -> str:
    """Fold long lines between words, never within a link, and leave one empty line where there were more."""
    lines: list[str] = []
    for line in text.splitlines():
        lines += fold_line(line) or ([""] if lines and lines[-1] else [])
    return "\n".join(lines).strip() + "\n"


def fold_line(line: str) -> list[str]:
    """Fold one line between words; what follows an indented line's first is indented more, as in a list."""
    if len(line) <= LINE or "://" in line:
        return [line.rstrip()] if line.strip() else []
    rest = "    " if line.startswith(" ") else ""
    return textwrap.wrap(line, LINE, break_long_words=False, break_on_hyphens=False, subsequent_indent=rest)


def render_part(part: str, template: str, shown: Mapping[str, Any]) -> str:
    """Return the `html` or the `text` of a letter."""
    return build_environment(part).get_template(f"{template}.jinja").render(shown)


@cache
def build_environment(part: str) -> Environment:
    """Return the environment of one part: HTML is escaped, and an unknown name is an error in both."""
    # Imported here: only what sends mail renders any.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader([FOLDER / "letters", FOLDER / part]),
        autoescape=part == "html",  # noqa: S701 - the other part is plain text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["fill"] = make_filler(part)
    return environment


def make_filler(part: str) -> Any:
    """Return the filter that puts names into a phrase; in HTML each is isolated, lest it turn the line around."""
    from jinja2 import pass_context
    from markupsafe import Markup, escape

    @pass_context
    def fill_html(context: Mapping[str, Any], phrase: str) -> Markup:
        isolated = {name: Markup("<bdi>{}</bdi>").format(value) for name, value in context["values"].items()}
        return escape(phrase).format_map(isolated)

    @pass_context
    def fill_text(context: Mapping[str, Any], phrase: str) -> str:
        return phrase.format_map(context["values"])

    return fill_html if part == "html" else fill_text
