"""The words of the page of a card: `[card]` of `words/<language>/desk.toml`."""

from chalicelib.models import Model


class CardWords(Model):
    """The words of one language."""

    make: str
    make_hint: str
    title: str
    intro: str
    picture: str
    code: str
    once: str
    back: str
