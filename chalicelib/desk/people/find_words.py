"""The words of the Find page: `[find]` of `words/<language>/desk.toml`."""

from collections.abc import Mapping

from chalicelib.models import Model


class FindWords(Model):
    """The words of one language. `reasons` are by what staff choose (`desk/people/reasons.py`)."""

    link: str
    title: str
    box: str
    hint: str
    button: str
    found: str
    unnamed: str
    why: str
    open: str
    more: str
    noted: str
    nobody: str
    nobody_hint: str
    listed: str
    unlisted: str
    scan: str
    stop: str
    refused: str
    sign_up: str
    reasons: Mapping[str, str]
