"""A copy of somebody's data in a real browser: a file that is opened from the disk, read on any screen, and printed."""

from itertools import pairwise

import pytest
from selenium.webdriver.common.by import By

from chalicelib.data_requests.files import write_files
from chalicelib.data_requests.record import Section
from tests.browser.pages import CONTRAST, LANGUAGES, MEASURE, SCHEMES, list_complaints, open_page, prefer
from tests.builders.full_record import a_full_record
from tests.builders.links import NOW

SIZES = (320, 390, 1280)
SHOWN = """
return [...document.querySelectorAll("dt")].filter(node => node.checkVisibility({contentVisibilityAuto: true})).length;
"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_copy_fits_every_screen_and_can_be_read_in_light_and_dark(open_browser, take_shot, tmp_path, language):
    path = tmp_path / "data.html"
    path.write_bytes(write_files(a_full_record(), language=language, shop="Corner Shop", now=NOW)["data.html"])
    browser = open_browser()
    for width in SIZES:
        open_page(browser, path.as_uri(), width)
        take_shot(browser, f"copy-{language}-{width}")
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
        for name, across, height, inside in browser.execute_script(MEASURE):
            assert inside, (width, name)
            assert min(across, height) >= 24, (width, name)
    for scheme in SCHEMES:
        prefer(browser, scheme)
        open_page(browser, path.as_uri())
        assert browser.execute_script(CONTRAST) == [], scheme
    levels = [int(node.tag_name[1]) for node in browser.find_elements(By.CSS_SELECTOR, "h1, h2, h3")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels)), "no level is left out"
    assert list_complaints(browser) == []


def test_what_lies_deep_in_a_copy_can_be_read_on_a_phone(open_browser, tmp_path):
    deep = {"told_by": {"source": ["link:preferences", "a-long-word-without-a-break-" * 6]}}
    path = tmp_path / "data.html"
    sections = (Section("gifts", ("deep",), ({"deep": deep},)),)
    path.write_bytes(write_files(sections, language="fa", shop="Corner Shop", now=NOW)["data.html"])
    browser = open_page(open_browser(scripts=False), path.as_uri(), 320)

    assert browser.execute_script("return document.documentElement.scrollWidth") <= 320
    told = browser.find_elements(By.CSS_SELECTOR, ".told")
    assert [each.text[:12] for each in told] == ["link:prefere", "a-long-word-"]
    assert {each.get_attribute("dir") for each in told} == {"auto"}, "a text keeps the direction it was typed in"


def test_folded_years_of_a_copy_are_printed(open_browser, tmp_path):
    rows = tuple({"at": f"20{year}-03-01T10:00:00+00:00", "by": "staff", "why": "counter"} for year in range(10, 45))
    path = tmp_path / "data.html"
    page = write_files((Section("readings", (), rows),), language="en", shop="Corner Shop", now=NOW)["data.html"]
    path.write_bytes(page)
    browser = open_page(open_browser(), path.as_uri())
    assert (page.count(b"<details"), browser.execute_script(SHOWN)) == (35, 1)

    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert browser.execute_script(SHOWN) == 35
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
