"""Every mail in every language as a browser shows it: a phone and a desk, by day and by night, all words found."""

from itertools import product

import pytest
from selenium.webdriver.common.by import By

from chalicelib.mails.templates import list_templates
from chalicelib.words import list_languages
from infra.deploy.preview import invent_words, render_all, write_mails
from tests.browser.pages import LOOK, SCHEMES, measure_contrast, read_luminance

WIDTHS = (360, 800)
NARROW = 320

BOXES = """
return [...document.querySelectorAll(arguments[0])].map(node => node.getBoundingClientRect())
  .map(box => [box.width, box.height]);
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Write all mails once."""
    path = tmp_path_factory.mktemp("mails")
    write_mails(path)
    return path


@pytest.fixture(scope="module")
def previews():
    """Return the preview line of each mail, which only the list of a mail program shows."""
    return {name: mail.preview for name, mail in render_all()}


@pytest.fixture
def show_mail(folder, open_browser):
    """Return a function that opens a mail at a width and in a colour scheme."""
    browser = open_browser()

    def show(name, width, scheme):
        feature = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", feature)
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        browser.get((folder / f"{name}.html").as_uri())
        return browser

    yield show
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


@pytest.mark.parametrize("template", list_templates())
def test_mail_fits_and_can_be_read_in_every_language(show_mail, take_shot, previews, template):
    # Each language at one width in one scheme; the first is shown at all four, which all languages share.
    shown = [
        *product(["en"], WIDTHS, SCHEMES),
        *zip(list_languages()[1:], WIDTHS * 2, (*SCHEMES, *SCHEMES[::-1]), strict=True),
    ]
    for language, width, scheme in shown:
        browser = show_mail(f"{template}.{language}", width, scheme)
        take_shot(browser, f"mail-{template}-{language}-{width}-{scheme}")
        seen = browser.execute_script(LOOK)

        assert browser.execute_script("return document.documentElement.scrollWidth") <= width, language
        assert len(seen) > 8
        for part in seen:
            assert 0 <= part["left"] < part["right"] <= width, (language, part)
            assert part["size"] >= 14, (language, part)
            assert measure_contrast(part["colour"], part["ground"]) >= 4.5, (language, part)
        shade = read_luminance(browser.find_element(By.CSS_SELECTOR, ".card").value_of_css_property("background-color"))
        assert (shade < 0.2) == (scheme == "dark")
        assert previews[f"{template}.{language}"] not in browser.execute_script("return document.body.innerText")
        check_buttons(browser, template)


def check_buttons(browser, template):
    """Check that buttons and links at the foot are large enough for a thumb."""
    buttons = browser.execute_script(BOXES, ".press a")
    assert len(buttons) == (template != "pre-order-shipped"), template
    assert all(width >= 120 and height >= 44 for width, height in buttons), template
    assert all(height >= 24 for _, height in browser.execute_script(BOXES, ".foot a")), template


def test_numbers_of_a_score_fit_a_small_phone_and_a_thumb(show_mail, take_shot):
    for language in list_languages():
        browser = show_mail(f"survey-invitation.{language}", NARROW, "light")
        take_shot(browser, f"mail-survey-invitation-{language}-{NARROW}-light")
        marks = browser.execute_script(BOXES, ".mark")

        assert browser.execute_script("return document.documentElement.scrollWidth") <= NARROW, language
        assert len(marks) == 11
        assert all(width >= 24 and height >= 44 for width, height in marks), language


def test_persian_runs_from_the_right_and_its_code_from_the_left(show_mail):
    browser = show_mail("win-back.fa", 360, "light")
    edges = [part for part in browser.execute_script(LOOK) if part["text"].startswith(("دلمان", "سلام", "این ایمیل"))]
    card = browser.find_element(By.CSS_SELECTOR, ".card").rect
    button = browser.find_element(By.CSS_SELECTOR, ".press").rect
    code = browser.find_element(By.CSS_SELECTOR, ".code")

    assert len(edges) == 3
    assert all(card["x"] + card["width"] - part["right"] < 30 for part in edges)
    assert card["x"] + card["width"] - (button["x"] + button["width"]) < 30
    assert (code.text, code.value_of_css_property("direction")) == ("K7XQM3TD", "ltr")


def test_without_style_sheets_the_letter_still_stands(show_mail):
    """Some mail programs drop <style>: by day everything stands on the elements themselves."""
    browser = show_mail("win-back.en", 800, "light")
    before = browser.execute_script(LOOK)
    browser.execute_script("document.querySelectorAll('style').forEach(node => node.remove())")

    assert browser.execute_script(LOOK) == before


def test_long_names_and_links_stay_inside(folder, show_mail):
    from chalicelib.mails.rendering import render_mail
    from chalicelib.mails.words import MailWords

    changes = {"shop_name": "W" * 100, "person_name": "V" * 40, "shop_address": "X" * 300}
    changes |= {"confirm_url": "https://s.example/" + "a" * 880}
    words = MailWords.model_validate(invent_words("confirm", "en").model_dump() | changes)
    (folder / "long.html").write_text(render_mail("confirm", "en", words).html)
    browser = show_mail("long", 360, "light")

    assert browser.execute_script("return document.documentElement.scrollWidth") <= 360
