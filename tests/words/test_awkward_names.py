"""A shop's name of any script, length and sign stands whole on every page and mail, escaped, in its own direction."""

import html
import re

import pytest

from chalicelib.mails.rendering import render_mail
from chalicelib.mails.templates import list_templates
from chalicelib.text import remove_switches, runs_against
from infra.deploy.preview import invent_words
from tests.builders.links import browse
from tests.builders.public_pages import list_pages

NAMES = {
    "latin": "Tea House No. 9!",
    "arabic": "چای‌خانهٔ ۹!",
    "devanagari": "चाय घर 9?",
    "long": "The Old Corner Shop of the Harbour Street for Tea, Coffee and Spices from the Islands (1891)",
    "signs": 'A&B <i>"Söhne"</i> {shop} %s',
    "address": "https://shop.example/?a=b&c=d",
}
SPOKEN = ("en", "fa", "hi", "kk", "bn")
HELD = re.compile(r"<bdi>[^<]*</bdi>|\u2068[^\u2069]*\u2069")
LETTERS = re.compile(r"[^\W\d_]{2}")


def list_loose(page: str, name: str, language: str) -> list[str]:
    """Return the pieces of text in which a name of the other direction stands among words and is not isolated."""
    if not runs_against(name, "rtl" if language == "fa" else "ltr"):
        return []
    shown = html.escape(name, quote=False).replace('"', "&#34;")
    body = HELD.sub("", page.partition("</head>")[2])
    pieces = re.findall(r">([^<>]+)<", body)
    return [piece for piece in pieces if shown in piece and LETTERS.search(piece.replace(shown, ""))]


def list_loose_in_text(text: str, name: str, language: str) -> list[str]:
    """Return the paragraphs of a mail's text in which such a name stands beside words and is not isolated."""
    if not runs_against(name, "rtl" if language == "fa" else "ltr"):
        return []
    folded = r"\s".join(map(re.escape, name.split()))
    beside = HELD.sub("", re.sub(f"^{folded}$", "", text, flags=re.MULTILINE))  # without lines that say the name alone
    told = [" ".join(each.split()) for each in beside.split("\n\n")]
    return [each for each in told if name in each]


@pytest.mark.parametrize("language", SPOKEN)
@pytest.mark.parametrize("kind", NAMES)
def test_every_page_says_the_name_whole(shop, monkeypatch, request, language, kind):
    monkeypatch.setenv("SHOP_NAME", NAMES[kind])
    api, tables = (request.getfixturevalue(name) for name in ("api", "tables"))
    for path in list_pages(tables, language):
        page = browse(api, path).body.decode()
        assert NAMES[kind] in html.unescape(page), path
        assert "<i>" not in page, path
        assert list_loose(page, NAMES[kind], language) == [], path


@pytest.mark.parametrize("language", SPOKEN)
@pytest.mark.parametrize("kind", NAMES)
def test_every_mail_says_the_name_whole(language, kind):
    name = NAMES[kind]
    for template in list_templates():
        words = invent_words(template, language).model_copy(update={"shop_name": name})
        mail = render_mail(template, language, words)
        assert name in html.unescape(mail.html), template
        assert name in remove_switches(" ".join(mail.text.split())), template
        assert "<i>" not in mail.html, template
        assert list_loose(mail.html, name, language) == [], template
        assert list_loose_in_text(mail.text, name, language) == [], template
