"""One request for a form: which form, in which language, for a person's browser or for a program."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.door import Door
from chalicelib.forms.definition import Form
from chalicelib.forms.interface import Interface, find_interface
from chalicelib.routes.http import client_address, read_headers, request_time
from chalicelib.routes.origins import read_site


@dataclass(frozen=True)
class FormRequest:
    """The parts of a request that its answer depends on. `spoken` is the page's language, `page` its path."""

    door: Door
    form: Form
    page: str
    spoken: str
    headers: Mapping[str, str]
    address: str
    now: datetime

    @property
    def words(self) -> Interface:
        """Return the interface in the language of the page."""
        return find_interface(self.spoken)

    @property
    def link(self) -> str:
        """Return the page's own address; from the settings, never from the Host header."""
        return f"{read_site(self.door.settings.public_url)}/{self.page}"

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
    )


def choose_language(request: Any, headers: Mapping[str, str], spoken: Iterable[str], own: str) -> str:
    """Return the first language on file of: `?lang=`, Accept-Language, the shop's, the form's first."""
    spoken = tuple(spoken)
    wanted = str((request.query_params or {}).get("lang", ""))
    for language in (wanted, *rank_languages(headers.get("accept-language", "")), own):
        if language in spoken:
            return language
    return spoken[0]


def rank_languages(header: str) -> list[str]:
    """Return the languages of an Accept-Language header (RFC 9110, 12.5.4), best first, also without their regions."""
    weighed = []
    for part in header[:500].split(","):
        tag, _, weight = part.partition(";")
        weighed.append((read_weight(weight), tag.strip()))
    best = [tag for weight, tag in sorted(weighed, key=lambda each: -each[0]) if weight > 0]
    return [name for tag in best for name in (tag, tag.partition("-")[0].lower())]


def read_weight(text: str) -> float:
    """Return a q value; 1 where there is none, 0 where it is not a number."""
    name, _, number = text.partition("=")
    if not name.strip():
        return 1.0
    try:
        return min(1.0, max(0.0, float(number)))
    except ValueError:
        return 0.0
