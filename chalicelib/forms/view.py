"""The view of a form in one language, which the page's template and the embedded form both draw."""

from collections.abc import Sequence
from typing import Any

from chalicelib.forms.definition import ConsentAsk, Form
from chalicelib.forms.field import Field
from chalicelib.forms.interface import Interface
from chalicelib.forms.step import Step
from chalicelib.shop.brand import find_brand

EMBEDDED = ("required", "pick", "leave_empty", "summary", "sending", "not_sent", "error", "privacy", "number")


def show_form(form: Form, words: Interface, page_token: str, shop: str) -> dict[str, Any]:
    """Return everything that a form shows and sends, in the order shown.

    `page_token` is a fresh signed token; `shop` is the shop's name in the language.
    """
    language = words.language
    return {
        "name": form.name,
        "language": language,
        "direction": words.direction,
        "page_token": page_token,
        "honeypot": form.spam.honeypot,
        "title": form.title[language],
        "intro": form.intro[language],
        "promise": words.anonymous[form.anonymous] if form.anonymous else "",
        "submit": form.submit[language],
        "thanks_title": form.thanks_title[language],
        "thanks": form.thanks[language],
        "next": form.next[language] if form.next else "",
        "fields": [show_field(field, words) for field in form.fields],
        "consents": [show_consent(ask, words, shop) for ask in form.consents],
        "accent": show_accent(),
        "steps": [show_step(form, number, words) for number in range(len(form.steps))],
        "words": {name: getattr(words, name) for name in EMBEDDED},
    }


def show_accent() -> list[str]:
    """Return the shop's colour and that of a text on it, for a form embedded in a page that names no colour."""
    palette = find_brand().day
    return [palette.accent, palette.on]


def show_step(form: Form, number: int, words: Interface) -> dict[str, Any]:
    """Return the step of that number, from 0, with the names in it.

    `onward` is the button that leads to the next step, "" in the last one; `sends` says that the form can be sent here.
    """
    step, last = form.steps[number], number == len(form.steps) - 1
    follower = None if last else form.steps[number + 1]
    return {
        "title": step.title[words.language] if step.title else "",
        "progress": name_progress(form.steps, number, words),
        "optional": step.optional,
        "fields": list(step.fields),
        "consents": [ask.name for ask in form.consents if ask.purpose in step.consents],
        "sends": follower is None or follower.optional,
        "onward": name_way(follower, words) if follower else "",
    }


def name_progress(steps: Sequence[Step], number: int, words: Interface) -> str:
    """Return e.g. "Question 2 of 4": optional steps do not count, and one step alone has no number."""
    counted = [step for step in steps if not step.optional]
    if steps[number].optional:
        return words.optional
    if len(counted) == 1:
        return ""
    pattern = words.step if any(step.title for step in counted) else words.step_question
    return pattern.format(n=words.write_number(number + 1), total=words.write_number(len(counted)))


def name_way(step: Step, words: Interface) -> str:
    """Return the words of the button that leads to a step: an optional one is called by its title."""
    return step.title[words.language] if step.optional and step.title else words.go_on


def show_consent(ask: ConsentAsk, interface: Interface, shop: str) -> dict[str, Any]:
    """Return a consent's box: its value is the version of the words beside it."""
    words = ask.say(interface.language, interface.isolate(shop))
    return {"name": ask.name, "words": words, "value": ask.version, "required": ask.required}


def show_field(field: Field, words: Interface) -> dict[str, Any]:
    """Return one question, its numbers in the language's own digits. Its type says which control draws it, and how."""
    language = words.language
    return {
        "name": field.name,
        "type": field.type,
        "control": field.kind.control,
        "label": field.label[language],
        "hint": field.explain(language),
        "required": field.required,
        "autocomplete": field.autofill,
        "options": [],
        "length": None,
        "input": {},
        "none": "",
        **field.view(words),
    }
