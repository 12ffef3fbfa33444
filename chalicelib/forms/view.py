"""What is shown of a form, in one language: the page's template and the embedded form draw from this alike."""

from typing import Any

from chalicelib.forms.definition import ConsentAsk, Form
from chalicelib.forms.field import Field
from chalicelib.forms.interface import Interface

TYPED = ("text", "long_text", "email", "phone", "address")
EMBEDDED = ("required", "pick", "no_answer", "leave_empty", "summary", "sending", "not_sent", "error", "privacy")


def show_form(form: Form, words: Interface, page_token: str) -> dict[str, Any]:
    """Return all that a form shows and sends, in the order shown; `page_token` is a fresh signed token."""
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
        "words": {name: getattr(words, name) for name in EMBEDDED},
    }


def show_consent(ask: ConsentAsk, language: str) -> dict[str, Any]:
    """Return a consent's box: its value is the version of the words beside it."""
    words = ask.words[language]
    return {"name": ask.name, "words": words, "value": ask.version, "required": ask.required}


def show_field(field: Field, words: Interface) -> dict[str, Any]:
    """Return one question, its numbers in the language's own digits."""
    language = words.language
    shown: dict[str, Any] = {
        "name": field.name,
        "type": field.type,
        "label": field.label[language],
        "hint": field.hint[language] if field.hint else "",
        "required": field.required,
        "autocomplete": field.autofill,
        "options": [[option.value, option.label[language]] for option in field.options],
        "length": field.character_limit if field.type in TYPED else None,
    }
    least, most = field.bounds
    if field.type == "score":
        shown["options"] = [[str(n), words.write_number(n)] for n in range(least, most + 1)]
        shown["ends"] = [end[language] if end else "" for end in (field.low, field.high)]
    if field.type == "ranking":
        shown["ranks"] = [words.rank.format(n=words.write_number(n + 1)) for n in range(most)]
    return shown
