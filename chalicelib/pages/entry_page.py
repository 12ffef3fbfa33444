"""The page behind the link of a mail that confirms an entry. It shows a number and a form's title, and nothing else."""

from chalicelib.pages.context import PageContext
from chalicelib.pages.link_pages import render_scene


def render_entry(context: PageContext, number: str, title: str) -> str:
    """Return the page with its buttons; `title` is that of the form which can be filled in anew, or ""."""
    words = context.words
    correct = [("correct", words.correct_button)] if title else []
    return render_scene(
        context,
        "entry",
        title=title or context.fill_words("entry_title"),
        code=number,
        buttons=[("withdraw", words.withdraw_button), *correct],
        after=words.entry_else if title else "",
        switch=True,
    )


def render_over(context: PageContext, number: str, over: str) -> str:
    """Return the page of an entry that cannot be withdrawn any more: `over` is `withdrawn` or `shipped`."""
    return render_scene(context, over, code=number, onward=context.way_home)
