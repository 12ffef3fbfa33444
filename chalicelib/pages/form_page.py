"""The pages of a form: the form, the thanks after it, and the page of a problem."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.forms.definition import Form
from chalicelib.forms.interface import Interface, find_interface
from chalicelib.forms.page_question import NAME
from chalicelib.forms.validation import CleanForm
from chalicelib.forms.view import show_form
from chalicelib.pages.poll import make_poll
from chalicelib.pages.rendering import render_page
from chalicelib.pages.scripts import read_script
from chalicelib.pages.summary import list_answers
from chalicelib.words import list_languages

Typed = Mapping[str, Sequence[str]]
Faults = Mapping[str, str]


@dataclass(frozen=True)
class Known:
    """What a form's page says to a customer whom the shop knows, and where the same form is answered without a name."""

    text: str
    address: str
    label: str


def render_form(
    form: Form,
    words: Interface,
    *,
    shop: str,
    address: str,
    page_token: str,
    typed: Typed | None = None,
    faults: Faults | None = None,
    question: Mapping[str, Any] | None = None,
    problem: str = "",
    known: Known | None = None,
    kept: Mapping[str, str] | None = None,
) -> str:
    """Return the form's page.

    `typed` holds the values already filled in, by name; `faults` maps names to reason codes. `question` is the one that
    tells a person from a machine, in the shape of a field. `kept` is what the links to other languages keep
    of the page's address: a score, and a friend's code, which the form sends too.
    """
    faults = faults or {}
    shown = show_form(form, words, page_token, shop)
    asked = [question] if question else []
    return render_page(
        "form.html",
        words=words,
        shop=shop,
        title=shown["title"],
        address=address,
        form=shown,
        switches=list_switches(form.languages),
        script=choose_script(form),
        typed=drop_guess(typed or {}, faults),
        questions=asked,
        places={field["name"]: place_focus(field) for field in [*shown["fields"], *asked]},
        known=known,
        kept=kept or {},
        start=find_start(shown["steps"], faults, problem),
        **explain_faults(form, words, faults, problem),
    )


def explain_faults(form: Form, words: Interface, faults: Faults, problem: str) -> dict[str, Any]:
    """Return what the page says of faults: a sentence for each, the heading, and which are a whole group's."""
    return {
        "problem": problem,
        "faults": {name: words.explain_reason(form, name, reason) for name, reason in faults.items()},
        "heading": words.asked if list(faults) == [NAME] else words.summary,
        "grouped": [name for name, reason in faults.items() if reason == "one_of"],
    }


def find_start(steps: Sequence[Mapping[str, Any]], faults: Faults, problem: str) -> int:
    """Return the number, from 0, of the step at which the page opens: the first one with a fault.

    Where the fault is in none, it is the first step that can be sent.
    """
    for number, step in enumerate(steps):
        if not faults.keys().isdisjoint([*step["fields"], *step["consents"]]):
            return number
    sending = [number for number, step in enumerate(steps) if step["sends"] and (faults or problem)]
    return sending[0] if sending else 0


def choose_script(form: Form) -> str:
    """Return the script of the form's page: one that shows a step at a time, or ""."""
    return read_script("steps.js") if form.steps else ""


def drop_guess(typed: Typed, faults: Faults) -> Typed:
    """Return the values without a wrong answer: the page asks another question now."""
    return {name: values for name, values in typed.items() if name != NAME or faults.get(NAME) != "wrong_answer"}


def list_switches(languages: Collection[str] = ()) -> list[Interface]:
    """Return the languages that a page links to, of those given or of all; in one order on every page."""
    return [find_interface(each) for each in list_languages() if not languages or each in languages]


def place_focus(field: Mapping[str, Any]) -> str:
    """Return the id of the input that a link in the error summary leads to."""
    return f"f-{field['name']}-0" if field["options"] else f"f-{field['name']}"


def render_thanks(
    form: Form,
    words: Interface,
    *,
    shop: str,
    address: str,
    number: str = "",
    clean: CleanForm | None = None,
    shown: str = "",
) -> str:
    """Return the page after a post; `number` is the post's, and `clean` its answers, which the page repeats masked.

    `shown` is the result of a poll as it is on file.
    """
    language = words.language
    return render_page(
        "thanks.html",
        words=words,
        shop=shop,
        title=form.thanks_title[language],
        address=address,
        thanks=form.thanks[language],
        number=number,
        follows=form.next[language] if form.next else "",
        answers=list_answers(clean, words) if clean else [],
        poll=make_poll(form, words, shown) if form.poll else None,
    )


def render_problem(words: Interface, *, shop: str, status: int, address: str) -> str:
    """Return a page for a browser when there is no form to show again; `address` leads back, or is ""."""
    text = words.problems.get(str(status)) or words.problems["400"]
    return render_page("problem.html", words=words, shop=shop, title=text, address=address)
