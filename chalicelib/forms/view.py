"""The view of a form in one language, which the page's template and the embedded form both draw."""

from typing import Any

from chalicelib.forms.definition import ConsentAsk, Form
from chalicelib.forms.field import Field
from chalicelib.forms.interface import Interface
from chalicelib.shop.brand import find_brand

# `no_answer` is for copies of embed.js that browsers cached before each field named it: a day at most.
EMBEDDED = ("required", "pick", "no_answer", "leave_empty", "summary", "sending", "not_sent", "error", "privacy")


def show_form(form: Form, words: Interface, page_token: str) -> dict[str, Any]:
    """Return everything that a form shows and sends, in the order shown; `page_token` is a fresh signed token."""
    language = words.language
    return {
        "name": form.name,
        "language": language,
        "direction": words.direction,
        "page_token": page_token,
        "honeypot": form.spam.honeypot,
        "title": form.title[language],
        "intro": form.intro[language],
        "submit": form.submit[language],
        "thanks_title": form.thanks_title[language],
        "thanks": form.thanks[language],
        "fields": [show_field(field, words) for field in form.fields],
        "consents": [show_consent(ask, language) for ask in form.consents],
        "accent": show_accent(),
        "words": {name: getattr(words, name) for name in EMBEDDED},
    }


def show_accent() -> list[str]:
    """Return the shop's colour and that of a text on it, for a form embedded in a page that names no colour."""
    palette = find_brand().day
    return [palette.accent, palette.on]


def show_consent(ask: ConsentAsk, language: str) -> dict[str, Any]:
    """Return a consent's box: its value is the version of the words beside it."""
    words = ask.words[language]
    return {"name": ask.name, "words": words, "value": ask.version, "required": ask.required}


def show_field(field: Field, words: Interface) -> dict[str, Any]:
    """Return one question, its numbers in the language's own digits. Its type says which control draws it, and how."""
    language = words.language
    return {
        "name": field.name,
        "type": field.type,
        "control": field.kind.control,
        "label": field.label[language],
        "hint": field.hint[language] if field.hint else "",
        "required": field.required,
        "autocomplete": field.autofill,
        "options": [],
        "length": None,
        "input": {},
        "none": "",
        **field.view(words),
    }
