"""The privacy page as people meet it: five languages, a telephone and a desk, light and dark, and on paper."""

import base64
from itertools import pairwise

import pytest
from selenium.webdriver.common.by import By

from tests.browser.pages import CONTRAST, LANGUAGES, LOOKS, MEASURE, list_complaints, open_page, prefer

SHOWN = "return document.querySelector(arguments[0]).checkVisibility({contentVisibilityAuto: true})"


@pytest.mark.parametrize(("width", "scheme", "language"), LOOKS)
def test_page_fits_and_can_be_read(site, open_browser, take_shot, width, scheme, language):
    browser = open_browser()
    prefer(browser, scheme)
    open_page(browser, f"{site}/privacy?lang={language}", width)
    take_shot(browser, f"policy-{language}-{width}-{scheme}")

    assert browser.execute_script("return document.documentElement.scrollWidth") <= width, language
    for name, wide, high, inside in browser.execute_script(MEASURE):
        assert inside, (language, name)
        assert min(wide, high) >= 24, (language, name, wide, high)
    assert browser.execute_script(CONTRAST) == [], language
    levels = [int(node.tag_name[1]) for node in browser.find_elements(By.CSS_SELECTOR, "h1, h2, h3")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels)), language
    prefer(browser, "")
    assert list_complaints(browser) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_folded_page_is_short_on_a_phone(site, open_browser, take_shot, language):
    browser = open_page(open_browser(), f"{site}/privacy?lang={language}", 390)
    take_shot(browser, f"policy-folded-{language}-390")

    assert browser.execute_script("return document.documentElement.scrollHeight") < 4000
    for summary in browser.find_elements(By.CSS_SELECTOR, ".fold > summary"):
        assert summary.find_element(By.CLASS_NAME, "gist").get_attribute("textContent").strip()
    open_page(browser, f"{site}/privacy?lang={language}", 320)
    browser.execute_script("document.querySelectorAll('details').forEach(node => node.open = true)")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 320


def is_open(browser, name):
    """Return whether every fold around what has that id is open."""
    folds = browser.find_elements(By.XPATH, f"//*[@id='{name}']/ancestor::details")
    return all(fold.get_attribute("open") for fold in folds)


@pytest.mark.parametrize("language", ["en", "fa"])
def test_link_opens_the_fold_that_it_leads_to_without_a_script(site, open_browser, take_shot, language):
    browser = open_page(open_browser(scripts=False), f"{site}/privacy?lang={language}", 390)
    listed = [each.get_attribute("href").partition("#")[2] for each in browser.find_elements(By.CSS_SELECTOR, ".toc a")]
    assert listed == ["who", "rights", "collected", "purposes", "kept", "recipients"]
    for name in listed:
        if name not in ("who", "rights"):
            assert not is_open(browser, name)
        browser.find_element(By.CSS_SELECTOR, f".toc a[href='#{name}']").click()
        assert is_open(browser, name)
    take_shot(browser, f"policy-open-{language}-390")

    browser.get("about:blank")
    open_page(browser, f"{site}/privacy?lang={language}#purpose-marketing", 390)
    assert is_open(browser, "purpose-marketing")
    assert not is_open(browser, "kept")


def test_page_goes_well_on_paper(site, open_browser):
    browser = open_browser()
    open_page(browser, f"{site}/privacy?lang=en")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": []})

    assert not browser.find_element(By.TAG_NAME, "nav").is_displayed()
    assert not browser.find_element(By.CSS_SELECTOR, ".act").is_displayed()
    assert browser.execute_script(SHOWN, "#kept table"), "what is folded on a screen is printed"
    assert browser.execute_script(SHOWN, "#collected .consent")
    colors = browser.execute_script(
        "const seen = getComputedStyle(document.body); return [seen.color, seen.backgroundColor];"
    )
    assert colors == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    paper = browser.execute_cdp_cmd("Page.printToPDF", {"paperWidth": 8.27, "paperHeight": 11.69})
    pages = base64.b64decode(paper["data"]).count(b"/Type /Page\n")
    assert 6 <= pages <= 12, "all of it, and not one section on each page"
