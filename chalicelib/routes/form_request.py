"""One request for a form: which form, in which language, for a person's browser or for a program."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.door import Door
from chalicelib.forms.definition import Form
from chalicelib.forms.interface import Interface, find_interface
from chalicelib.forms.score import QUERY, choose_score
from chalicelib.models.friend_codes import QUERY as FRIEND
from chalicelib.models.friend_codes import read_code
from chalicelib.pages.form_page import Known
from chalicelib.routes.http import client_address, read_headers, request_time
from chalicelib.routes.languages import choose_language
from chalicelib.routes.origins import read_site
from chalicelib.shop.referrals import takes_codes


@dataclass(frozen=True)
class FormRequest:
    """The parts of a request that its answer depends on. `spoken` is the page's language, `page` its path.

    `score` is the number in the address, or "" where the form takes none such; `friend` is the friend's code there, or
    "" where there is none or the shop takes none. `known` is what the page of a customer whom the shop knows says of
    that.
    """

    door: Door
    form: Form
    page: str
    spoken: str
    headers: Mapping[str, str]
    address: str
    now: datetime
    score: str = ""
    known: Known | None = None
    friend: str = ""

    @property
    def words(self) -> Interface:
        """Return the interface in the language of the page."""
        return find_interface(self.spoken)

    @property
    def link(self) -> str:
        """Return the page's own address; from the settings, never from the Host header."""
        return f"{read_site(self.door.settings.public_url)}/{self.page}"

    @property
    def thanks(self) -> str:
        """Return the address of the form's thank-you page."""
        return f"{read_site(self.door.settings.public_url)}/forms/{self.form.name}/thanks"

    @property
    def chosen(self) -> dict[str, list[str]]:
        """Return the number in the address as an answer to the form's score."""
        return choose_score(self.form, self.score)

    @property
    def kept(self) -> dict[str, str]:
        """Return what the page's links to other languages keep of its address."""
        given = {QUERY: self.score, FRIEND: self.friend}
        return {name: value for name, value in given.items() if value}

    @property
    def origin(self) -> str:
        """Return the Origin header, or ""."""
        return self.headers.get("origin", "")

    @property
    def by_browser(self) -> bool:
        """Return whether a browser asks, which accepts text/html, and not a program."""
        return names_html(self.headers)


def names_html(headers: Mapping[str, str]) -> bool:
    """Return whether the caller asks for a page."""
    return "text/html" in headers.get("accept", "")


def read_form_request(door: Door, raw: Any, form: Form, page: str = "") -> FormRequest:
    """Return the request; a form without a page of its own is found by its name."""
    headers = read_headers(raw)
    return FormRequest(
        door=door,
        form=form,
        page=page or f"forms/{form.name}",
        spoken=choose_language(raw, headers, form.languages, door.settings.shop_language),
        headers=headers,
        address=client_address(raw),
        now=request_time(raw),
        score=read_score(raw, form),
        friend=read_friend(form, str((raw.query_params or {}).get(FRIEND, ""))),
    )


def read_friend(form: Form, typed: str) -> str:
    """Return the friend's code of an address or a post, "" for none that may be one, and where nobody is named."""
    return read_code(typed) if typed and not form.anonymous and takes_codes() else ""


def read_score(raw: Any, form: Form) -> str:
    """Return the number in the address, or "" where the form takes none such."""
    asked = str((raw.query_params or {}).get(QUERY, ""))
    return asked if choose_score(form, asked) else ""
