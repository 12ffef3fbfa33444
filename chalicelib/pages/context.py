"""The context of a page behind a link, and the words of these pages."""

from dataclasses import dataclass

from chalicelib.forms.interface import Interface, find_interface
from chalicelib.models import Model
from chalicelib.words import find_words


class LinkWords(Model):
    """The words of one language; see words/en/links.toml."""

    gone_title: str
    gone: str
    later_title: str
    later: str
    offer_title: str
    offer: str
    known: str
    unnamed: str
    stop_title: str
    stop: str
    stop_button: str
    stopped_title: str
    stopped: str
    rather: str
    confirm_title: str
    confirm: str
    confirm_asks: str
    confirm_button: str
    refuse_button: str
    confirm_else: str
    parent_title: str
    parent: str
    parent_asks: str
    parent_button: str
    parent_else: str
    confirmed_title: str
    confirmed: str
    entry_title: str
    entry: str
    withdraw_button: str
    correct_button: str
    entry_else: str
    withdrawn_title: str
    withdrawn: str
    shipped_title: str
    shipped: str
    before_title: str
    before: str
    refused_title: str
    refused: str
    moved_title: str
    moved: str
    no_change: str
    nothing: str


@dataclass(frozen=True)
class PageContext:
    """The context of a page: language, shop name, the shop's site (or "") and ours, and the page's own address."""

    language: str
    shop: str
    home: str
    site: str
    address: str

    @property
    def words(self) -> LinkWords:
        return find_words(self.language, "links", LinkWords)

    @property
    def interface(self) -> Interface:
        """Return the words that every page shares."""
        return find_interface(self.language)

    @property
    def way_home(self) -> tuple[str, str] | None:
        """Return the address of the shop's own site and the words of a link to it."""
        return (self.home, self.interface.home) if self.home else None

    def fill_words(self, name: str, **named: str) -> str:
        """Return the words of a name, with the shop's name and others filled in."""
        text: str = getattr(self.words, name)
        isolate = self.interface.isolate
        return text.format(**{name: isolate(value) for name, value in {"shop": self.shop, **named}.items()})
