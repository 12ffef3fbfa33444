"""The pages behind the links in mails. They show no name and no data of a customer: people forward mails."""

from chalicelib.forms.definition import Form
from chalicelib.forms.view import show_form
from chalicelib.pages.context import PageContext
from chalicelib.pages.form_page import Faults, Typed, list_switches, place_focus
from chalicelib.pages.rendering import render_page
from chalicelib.store.links import SEPARATOR, Link


def render_notice(context: PageContext, name: str, onward: tuple[str, str] | None = None) -> str:
    """Return a page with a message alone: gone, stopped, confirmed, before or refused.

    `onward` is an address and its words; without one the page leads to the shop.
    """
    return render_scene(context, name, onward=onward or context.way_home)


def render_gone(context: PageContext, plain: str = "") -> str:
    """Return the page of a link that is gone; `plain` is where its form is answered without a name, or ""."""
    return render_notice(context, "gone", (plain, context.words.unnamed) if plain else None)


def render_stopped(context: PageContext, preferences: str) -> str:
    """Return the page after an unsubscribe; `preferences` is the address of the page that it offers."""
    return render_notice(context, "stopped", (preferences, context.words.rather))


def render_later(context: PageContext, again: str = "") -> str:
    """Return the page of an outage; `again` names the page whose buttons it shows for another try."""
    return render_scene(context, "later", buttons=list_buttons(context, again), onward=context.way_home)


def render_offer(context: PageContext, code: str) -> str:
    """Return the page of an offer whose link leads to no shop on the web."""
    return render_scene(context, "offer", code=code, onward=context.way_home)


def render_stop(context: PageContext) -> str:
    """Return the page that asks whether to unsubscribe."""
    return render_scene(context, "stop", buttons=list_buttons(context, "stop"), switch=True)


def render_confirm(context: PageContext, link: Link) -> str:
    """Return the page that asks to confirm, in the very words that were ticked."""
    name, words = "parent" if link.parent else "confirm", context.words
    return render_scene(
        context,
        name,
        text=context.fill_words(name, title=link.title, answers=SEPARATOR.join(link.answers)),
        asked=words.parent_asks if link.parent else words.confirm_asks,
        asks=link.asks,
        buttons=list_buttons(context, name),
        after=words.parent_else if link.parent else words.confirm_else,
        switch=True,
    )


def list_buttons(context: PageContext, page: str) -> list[tuple[str, str]]:
    """Return the buttons of a page: what `answer` they send, and their words."""
    words = context.words
    return {
        "stop": [("stop", words.stop_button)],
        "confirm": [("yes", words.confirm_button), ("no", words.refuse_button)],
        "entry": [("withdraw", words.withdraw_button), ("correct", words.correct_button)],
        "parent": [("yes", words.parent_button), ("no", words.refuse_button)],
    }.get(page, [])


def render_preferences(
    context: PageContext, form: Form, *, typed: Typed | None = None, faults: Faults | None = None, problem: str = ""
) -> str:
    """Return the preferences page, empty but for what was just typed into it."""
    words = context.interface
    explained = {name: words.explain_reason(form, name, reason) for name, reason in (faults or {}).items()}
    shown = show_form(form, words, "", context.shop)
    for field in shown["fields"]:  # each says that the page may change nothing, whatever was pressed before
        field["none"] = context.words.no_change if field["input"].get("type") == "radio" else ""
    return render_page(
        "preferences.html",
        words=words,
        shop=context.shop,
        title=shown["title"],
        address=context.address,
        form=shown,
        switches=list_switches(),
        typed=typed or {},
        faults=explained,
        places={field["name"]: place_focus(field) for field in shown["fields"]},
        own=context.words,
        stop=context.fill_words("stop"),
        problem=problem,
    )


def render_chosen(context: PageContext, form: Form, *, moved: bool = False) -> str:
    """Return the page after new preferences; `moved` tells that they name a new address, also one that is known."""
    if moved:
        return render_notice(context, "moved")
    title, text = form.thanks_title[context.language], form.thanks[context.language]
    return render_scene(context, "", title=title, text=text, onward=context.way_home)


def render_scene(context: PageContext, name: str, **shown: object) -> str:
    """Return a page of templates/link.html; `name` is the name of its title and text, unless they are given."""
    plain: dict[str, object] = {"code": "", "asked": "", "asks": (), "buttons": (), "after": "", "onward": None}
    plain["switch"] = False
    if "title" not in shown:
        plain["title"] = context.fill_words(f"{name}_title")
    if "text" not in shown:
        plain["text"] = context.fill_words(name)
    shared = {"words": context.interface, "own": context.words, "shop": context.shop, "address": context.address}
    return render_page("link.html", **shared, switches=list_switches(), **{**plain, **shown})
