"""What the pages list: each form with its links and the code that embeds it, each sender with its last delivery."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.desk.request import DeskRequest
from chalicelib.errors import UnknownPageError
from chalicelib.forms.interface import find_interface
from chalicelib.forms.library import DEFINITIONS, list_readable
from chalicelib.senders import SENDERS
from chalicelib.shop import own
from chalicelib.store.deliveries import EVERY, LastDelivery

TITLES = {"webhooks": "Standard Webhooks", "woocommerce": "WooCommerce"}  # the others by their name, capitalised


@dataclass(frozen=True)
class ListedForm:
    """A form. `address` and `code` are empty for one that is switched off; `languages` are named in themselves."""

    name: str
    title: str
    on: bool
    address: str = ""
    code: str = ""
    fields: int = 0
    confirms: bool = False
    anonymous: bool = False
    languages: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ListedSender:
    """A sender, the address that it delivers to, and its last delivery."""

    name: str
    title: str
    address: str
    last: LastDelivery

    def judge(self, since: datetime) -> str:
        """Return what became of a test since then: `arrived`, `failed` or `waiting`.

        A time is written once a minute at most, so a delivery may have left the time of one up to a minute before it.
        """
        after = since - EVERY
        if self.last.accepted_at and datetime.fromisoformat(self.last.accepted_at) > after:
            return "arrived"
        if self.last.refused_at and datetime.fromisoformat(self.last.refused_at) > after:
            return "failed"
        return "waiting"


def list_forms(request: DeskRequest) -> list[ListedForm]:
    """Return every form, those that are switched off at the end."""
    base, readable = request.services.settings.public_url, list_readable()
    found = []
    for form in readable:
        language = request.language if request.language in form.languages else form.languages[0]
        languages = tuple((each, find_interface(each).language_name) for each in form.languages)
        found.append(
            ListedForm(
                name=form.name,
                title=form.title[language],
                on=True,
                address=f"{base}/forms/{form.name}",
                code=write_code(base, form.name, language),
                fields=len(form.fields),
                confirms=form.confirm,
                anonymous=form.anonymous is not None,
                languages=languages,
            )
        )
    names = own.find_files("forms", DEFINITIONS).keys() - {each.name for each in readable}
    return [*found, *(ListedForm(name=name, title=name, on=False) for name in sorted(names))]


def write_code(base: str, name: str, language: str) -> str:
    """Return the code that embeds a form, as docs/forms.md has it."""
    return f'<script src="{base}/embed.js" data-form="{name}" data-lang="{language}" async></script>'


def list_senders(request: DeskRequest) -> list[ListedSender]:
    """Return every sender that posts to an address of ours, with its last delivery."""
    base, last = request.services.settings.public_url, request.services.deliveries.read_last(list(SENDERS))
    names = [each.value for each in SENDERS]
    return [ListedSender(name, name_sender(name), f"{base}/hooks/{name}", last[name]) for name in names]


def name_sender(name: str) -> str:
    """Return a sender's name as its own pages write it."""
    return TITLES.get(name, name.capitalize())


def find_sender(request: DeskRequest, name: str) -> ListedSender:
    """Return one sender; raise UnknownPageError."""
    found = next((each for each in list_senders(request) if each.name == name), None)
    if found is None:
        raise UnknownPageError("There is no such sender.")
    return found
