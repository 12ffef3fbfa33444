"""The front page as people meet it: five languages, a telephone and a desk, light and dark, without scripts."""

from itertools import pairwise

import pytest
from selenium.webdriver.common.by import By

from tests.browser.pages import (
    CONTRAST,
    LANGUAGES,
    MEASURE,
    WIDTHS,
    list_complaints,
    open_page,
    prefer,
    press,
    read_title,
)


@pytest.mark.parametrize("size", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_fits_and_can_be_read_in_every_language(site, open_browser, take_shot, size, scheme):
    browser = open_browser()
    prefer(browser, scheme)
    for language in LANGUAGES:
        open_page(browser, f"{site}/?lang={language}", WIDTHS[size])
        take_shot(browser, f"front-{language}-{size}-{scheme}")

        assert browser.execute_script("return document.documentElement.scrollWidth") <= WIDTHS[size], language
        for name, width, height, inside in browser.execute_script(MEASURE):
            assert inside, (language, name)
            assert min(width, height) >= 24, (language, name, width, height)
        assert browser.execute_script(CONTRAST) == [], language
        levels = [int(node.tag_name[1]) for node in browser.find_elements(By.CSS_SELECTOR, "h1, h2, h3")]
        assert levels == [1, 2, 2, 2], language
        assert all(after - before <= 1 for before, after in pairwise(levels)), language
        names = [region.accessible_name for region in browser.find_elements(By.CSS_SELECTOR, "main section")]
        assert names[-1] == "Corner Shop", language
        assert all(names), language
    prefer(browser, "")
    assert list_complaints(browser) == []


def test_each_link_leads_on_in_the_same_language_without_scripts(site, open_browser):
    browser = open_browser(scripts=False)
    for number in range(7):
        open_page(browser, f"{site}/?lang=fa")
        link = browser.find_elements(By.CSS_SELECTOR, ".rows a")[number]
        words = link.text
        link.click()

        assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == "fa", words
        assert browser.find_elements(By.TAG_NAME, "form") or "/privacy" in browser.current_url, words


def test_a_visitor_switches_the_language(site, open_browser):
    browser = open_page(open_browser(scripts=False), f"{site}/?lang=en")
    before = read_title(browser)
    press(browser, "nav a[lang=fa]")

    assert browser.find_element(By.TAG_NAME, "html").get_attribute("dir") == "rtl"
    assert read_title(browser) != before
