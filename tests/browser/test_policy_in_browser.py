"""The privacy page as people meet it: five languages, a telephone and a desk, light and dark, and on paper."""

import base64
from itertools import pairwise

import pytest
from selenium.webdriver.common.by import By

from tests.browser.pages import CONTRAST, LANGUAGES, MEASURE, WIDTHS, list_complaints, open_page, prefer


@pytest.mark.parametrize("size", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_fits_and_can_be_read_in_every_language(site, open_browser, take_shot, size, scheme):
    browser = open_browser()
    prefer(browser, scheme)
    for language in LANGUAGES:
        open_page(browser, f"{site}/privacy?lang={language}", WIDTHS[size])
        take_shot(browser, f"policy-{language}-{size}-{scheme}")

        assert browser.execute_script("return document.documentElement.scrollWidth") <= WIDTHS[size], language
        for name, width, height, inside in browser.execute_script(MEASURE):
            assert inside, (language, name)
            assert min(width, height) >= 24, (language, name, width, height)
        assert browser.execute_script(CONTRAST) == [], language
        levels = [int(node.tag_name[1]) for node in browser.find_elements(By.CSS_SELECTOR, "h1, h2, h3")]
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels)), language
    prefer(browser, "")
    assert list_complaints(browser) == []


def test_page_goes_well_on_paper(site, open_browser):
    browser = open_browser()
    open_page(browser, f"{site}/privacy?lang=en")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": []})

    assert not browser.find_element(By.TAG_NAME, "nav").is_displayed()
    assert not browser.find_element(By.CSS_SELECTOR, ".act").is_displayed()
    colors = browser.execute_script(
        "const seen = getComputedStyle(document.body); return [seen.color, seen.backgroundColor];"
    )
    assert colors == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    paper = browser.execute_cdp_cmd("Page.printToPDF", {"paperWidth": 8.27, "paperHeight": 11.69})
    assert base64.b64decode(paper["data"]).count(b"/Type /Page\n") <= 12
