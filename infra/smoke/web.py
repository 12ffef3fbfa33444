"""The way of the smoke test to the door: HTTP, as a sender or a browser without scripts uses it."""

import urllib.error
import urllib.request
from html.parser import HTMLParser
from typing import NamedTuple

SECONDS = 30  # API Gateway gives up after 29
SCHEMES = ("https://", "http://127.0.0.1", "http://localhost")


class Answer(NamedTuple):
    """What the door answered."""

    status: int
    text: str


def send_request(url: str, body: bytes | None, headers: dict[str, str]) -> Answer:
    """Return the answer to a GET, or to a POST where there is a body; raise OSError where nothing answers."""
    if not url.startswith(SCHEMES):
        raise OSError("no address of a door")
    named = {"User-Agent": "regulars-smoke", **headers}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, named), timeout=SECONDS) as answer:
            return Answer(int(answer.status), answer.read().decode("utf-8", "replace"))
    except urllib.error.HTTPError as refusal:
        with refusal:
            return Answer(refusal.code, refusal.read().decode("utf-8", "replace"))


class HiddenFields(HTMLParser):
    """Collects the hidden fields of a page, which a browser sends along."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("type") == "hidden" and given.get("name"):
            self.found[str(given["name"])] = given.get("value") or ""


def read_hidden(page: str) -> dict[str, str]:
    """Return the hidden fields of a page by their names."""
    parser = HiddenFields()
    parser.feed(page)
    return parser.found
