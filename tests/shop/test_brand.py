"""The shop's look: one file, read with its mistakes told, seen on pages, in mails and in the embedded form."""

import hashlib
import json
import re
from base64 import b64encode
from random import Random

import pytest

from chalicelib.config import Settings
from chalicelib.errors import DefinitionError
from chalicelib.mails.rendering import render_mail
from chalicelib.models import Reading, ReadingKind
from chalicelib.optin.question import render_question
from chalicelib.shop.brand import Brand, load_brand, name_shop, read_brand
from chalicelib.shop.colours import DAY, NIGHT, READABLE, find_readable, is_readable, measure_contrast
from infra.deploy.preview import invent_words
from infra.deploy.shop_files import list_mistakes
from tests.builders.own import open_own

LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="4"/></svg>'
FILE = """
colour = "#7A1F5C"
logo = "logo.svg"
address = "7 Tea Lane\\nAlmaty 050000"
opening = "Tea from people we know."
mail_logo = "https://shop.example/logo.png"

[name]
en = "Asel's Teas"
fa = "چای آسل"
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    with open_own(tmp_path, monkeypatch):
        yield tmp_path


@pytest.fixture
def branded(folder):
    (folder / "logo.svg").write_text(LOGO)
    (folder / "brand.toml").write_text(FILE, "utf-8")
    return folder


def refuse(folder, text):
    (folder / "brand.toml").write_text(text, "utf-8")
    with pytest.raises(DefinitionError) as refused:
        load_brand.__wrapped__(folder)
    return str(refused.value)


# The ratios that WCAG and its checkers give: black on white is 21, #767676 the lightest grey that passes on white.
@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#767676", "#ffffff", 4.54),
        ("#777777", "#ffffff", 4.48),
        ("#0000ff", "#ffffff", 8.59),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_contrast_is_that_of_wcag(one, other, ratio):
    assert round(measure_contrast(one, other), 2) == ratio
    assert measure_contrast(one, other) == measure_contrast(other, one)


def test_for_any_colour_there_is_a_near_one_that_can_be_read_on_every_ground():
    draw = Random(12)
    for _ in range(500):
        colour = f"#{draw.randrange(1 << 24):06x}"
        for ground in (DAY, NIGHT):
            near = find_readable(colour, ground)
            assert is_readable(near, ground)
            assert near == colour or not is_readable(colour, ground)


def test_every_shade_that_a_page_is_made_of_can_be_read():
    for brand in (Brand(), Brand(colour="#0000ff"), Brand(colour="#000000"), Brand(colour="#936415")):
        for palette, ground in ((brand.day, DAY), (brand.night, NIGHT)):
            for other in (palette.on, palette.tint, ground.paper, ground.card):
                assert measure_contrast(palette.accent, other) >= READABLE


def test_a_colour_that_cannot_be_read_is_refused_with_one_that_can(folder):
    told = refuse(folder, 'name = "Tea"\ncolour = "#f5a623"\n')
    assert told.startswith("brand.toml, line 2: colour: its contrast on a page is under 4.5")
    near = re.findall(r"#[0-9a-f]{6}", told)[0]
    (folder / "brand.toml").write_text(f'colour = "{near}"\n')
    assert load_brand.__wrapped__(folder).colour == near
    assert "on a dark page" in refuse(folder, 'night_colour = "#300000"\n')


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('logo = "none.svg"', "line 1: logo: no such file beside the brand file"),
        ('logo = "../own/logo.svg"', "line 1: logo: a logo is a file in the same folder"),
        ('logo = "brand.toml"', "line 1: logo: a logo is a file in the same folder that ends with .svg"),
        ('logo = "large.png"', "line 1: logo: the file has 16,385 bytes and may have 16,384"),
        ('colour = "green"', "line 1: colour"),
        ('mail_logo = "http://shop.example/logo.png"', "line 1: mail_logo"),
        ('name = "Tea\\nHouse"', "line 1: name"),
        ('name = "Tea\\u202eesuoH"', "control character"),
        ("[name]\nen = 7", "line 2: name.en"),
        ('color = "#123456"', "line 1: color"),
    ],
)
def test_a_mistake_is_told_with_its_line(folder, text, told):
    (folder / "large.png").write_bytes(b"x" * 16_385)
    assert told in refuse(folder, text)


def test_a_mistake_changes_no_page_and_is_told_by_the_check(folder, api, caplog):
    (folder / "brand.toml").write_text('colour = "#ffff00"\n')
    page = api.call("GET", "/forms/newsletter", accept="text/html")
    assert (page.status_code, b"--accent: #1d5f50" in page.body) == (200, True)
    assert "brand_unusable" in caplog.text
    load_brand.cache_clear()
    assert any(mistake.startswith("brand: brand.toml, line 1: colour") for mistake in list_mistakes())


def test_pages_show_name_logo_colour_and_opening_words(branded, api):
    for path in ("/", "/forms/newsletter", "/forms/newsletter/thanks", "/privacy", "/privacy/requests"):
        answer = api.call("GET", f"{path}?lang=fa", accept="text/html")
        page, policy = answer.body.decode(), answer.headers["Content-Security-Policy"]
        assert "چای آسل" in page
        assert "Corner Shop" not in page
        assert f'src="data:image/svg+xml;base64,{b64encode(LOGO.encode()).decode()}"' in page
        style = re.search("<style>(.*?)</style>", page, re.DOTALL)[1]
        assert f"'sha256-{b64encode(hashlib.sha256(style.encode()).digest()).decode()}'" in policy
        assert "img-src data:;" in policy
        assert "--accent: #7a1f5c" in style
    assert "Tea from people we know." in api.call("GET", "/", accept="text/html").body.decode()
    assert "7 Tea Lane" in api.call("GET", "/privacy", accept="text/html").body.decode()


def test_without_a_logo_no_picture_is_allowed(folder, api):
    policy = api.call("GET", "/", accept="text/html").headers["Content-Security-Policy"]
    assert "img-src" not in policy


def test_the_logo_alone_has_the_name_as_its_text(branded, api):
    (branded / "brand.toml").write_text(f"show_name = false\n{FILE}", "utf-8")
    read_brand.cache_clear()
    load_brand.cache_clear()
    page = api.call("GET", "/", accept="text/html").body.decode()
    assert 'alt="Asel&#39;s Teas"' in page


def test_mails_show_name_logo_address_and_colour(branded):
    mail = render_mail("win-back", "en", invent_words("win-back", "en"))
    for shown in ("Asel&#39;s Teas", 'src="https://shop.example/logo.png"', "7 Tea Lane", "#7a1f5c"):
        assert shown in mail.html
    assert "#1d5f50" not in mail.html
    assert "7 Tea Lane" in mail.text


def test_a_mail_goes_out_under_the_name_of_its_language(branded):
    settings = Settings(shop_name="Corner Shop")
    assert [name_shop(settings, each) for each in ("fa", "en", "hi", "")] == ["چای آسل", *["Asel's Teas"] * 3]
    for language, name in (("fa", "چای آسل"), ("kk", "Asel&#39;s Teas")):
        reading = Reading(kind=ReadingKind.SIGN_UP, notes={"language": language, "title": "A letter"})
        mail = render_question(reading, "t" * 43, settings)
        assert name in mail.html
        assert "7 Tea Lane" in mail.text


def test_the_embedded_form_is_told_the_colour(branded, api):
    shown = json.loads(api.call("GET", "/forms/newsletter/schema").body)["x-form"]
    assert shown["accent"] == ["#7a1f5c", "#ffffff"]
