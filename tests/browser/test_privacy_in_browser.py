"""Requests of people in a real browser, without scripts: asked, proven with the code of the mail, and answered."""

import base64
import re

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from chalicelib.forms.interface import find_interface
from chalicelib.models import RequestKind
from chalicelib.pages.request_pages import find_request_words
from chalicelib.store.links import LinkKind
from tests.browser.pages import LANGUAGES, MEASURE, WIDTHS, list_complaints, open_page, press, read_title
from tests.builders.links import name_page, put_request, put_result, read_inbox
from tests.builders.privacy import PACKAGE, RECEIPT, put_package, put_receipt

STEPS = ("requests", "code", "gone", "pending", "waiting", "tired", "receipt", "kept", "copy", "done", "correct")


def place_step(step, site, tables, language):
    """Return the address of a step's page, with what stands behind it."""
    token = put_request(tables, language=language)
    known = {"language": language}
    result = f"{site}/privacy/results/{name_page(tables, token)}?lang={language}"
    if step == "receipt":
        put_receipt(tables, token, **known)
    if step == "kept":
        put_receipt(tables, token, {**RECEIPT, "kept": "keyed hash"}, **known)
    if step == "correct":
        put_result(tables, token, kind=LinkKind.CHOOSE, request="correct", **known)
    if step == "copy":
        put_package(tables, token, PACKAGE, **known)
    if step == "done":
        put_result(tables, token, request="restrict", **known)
    return {
        "requests": f"{site}/privacy/requests?lang={language}",
        "code": f"{site}/privacy/confirm/{token}",
        "waiting": f"{result}&wait=0",
        "tired": f"{result}&wait=99",
        "gone": f"{site}/privacy/confirm/unknown?lang={language}",
    }.get(step, result)


@pytest.mark.parametrize("size", WIDTHS)
def test_every_page_fits_and_can_be_pressed_in_every_language(site, tables, open_browser, take_shot, size):
    browser = open_browser()
    for step in STEPS:
        for language in LANGUAGES:
            open_page(browser, place_step(step, site, tables, language), WIDTHS[size])
            take_shot(browser, f"privacy-{step}-{language}-{size}")
            where = (step, language)

            assert browser.execute_script("return document.documentElement.scrollWidth") <= WIDTHS[size], where
            for name, width, height, inside in browser.execute_script(MEASURE):
                assert inside, (where, name)
                assert min(width, height) >= 24 or name.startswith("INPUT"), (where, name, width, height)
            html = browser.find_element(By.TAG_NAME, "html")
            assert html.get_attribute("lang") == language
            assert html.get_attribute("dir") == find_interface(language).direction
            levels = [int(node.tag_name[1]) for node in browser.find_elements(By.CSS_SELECTOR, "h1, h2, h3")]
            assert levels[0] == 1, where
            assert set(levels[1:]) <= {2}, where
    # What is not there is a page of its own to people, and a 404 to the browser's log.
    assert [each for each in list_complaints(browser) if "404" not in each] == []


PAPERS = {"A4": (8.27, 11.69), "letter": (8.5, 11)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_receipt_prints_on_one_sheet_without_what_a_reader_of_paper_cannot_press(
    site, tables, open_browser, language
):
    browser = open_page(open_browser(), place_step("kept", site, tables, language))
    for paper, (width, height) in PAPERS.items():
        printed = browser.execute_cdp_cmd("Page.printToPDF", {"paperWidth": width, "paperHeight": height})["data"]
        assert len(re.findall(rb"/Type\s*/Page\b", base64.b64decode(printed))) == 1, paper
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert not any(node.is_displayed() for node in browser.find_elements(By.CSS_SELECTOR, "nav, .paper, details"))
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_person_asks_types_the_code_and_sees_the_receipt(site, shop, tables, open_browser, take_shot, language):
    browser = open_page(open_browser(scripts=False), f"{site}/privacy/requests?lang={language}")
    browser.find_element(By.NAME, "email").send_keys("asha.rao@example.com")
    browser.find_element(By.CSS_SELECTOR, "input[value=erase]").click()
    press(browser)
    take_shot(browser, f"privacy-sent-{language}-phone")
    assert "asha" not in browser.page_source

    token = put_request(tables, language=language)
    open_page(browser, f"{site}/privacy/confirm/{token}")
    browser.find_element(By.NAME, "code").send_keys("AAAAAA")
    press(browser)
    take_shot(browser, f"privacy-wrong-{language}-phone")
    assert browser.find_element(By.CSS_SELECTOR, ".summary") == browser.switch_to.active_element
    code = browser.find_element(By.NAME, "code")
    assert code.get_attribute("aria-invalid") == "true"
    assert code.get_attribute("value") == ""
    code.send_keys("k7x 4mt")
    press(browser)
    assert read_title(browser) == find_request_words(language).waiting_title

    put_receipt(tables, token, language=language)
    press(browser, "main a")
    assert read_title(browser) == find_request_words(language).kinds["erase"].done_title
    topics = [topic for topic, _ in read_inbox(shop)]
    assert sorted(topics) == ["confirm", "request", "try", "try"]


def test_the_code_is_typed_and_sent_with_the_keyboard_alone(site, shop, tables, open_browser):
    browser = open_page(open_browser(), f"{site}/privacy/confirm/{put_request(tables, RequestKind.OBJECT)}")
    reached = []
    for _ in range(12):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        reached.append(browser.switch_to.active_element.get_attribute("id"))
        if reached[-1] == "f-code":
            break

    assert reached[-1] == "f-code"
    label = browser.find_element(By.CSS_SELECTOR, "label[for=f-code]").text
    assert browser.switch_to.active_element.accessible_name == label
    browser.switch_to.active_element.send_keys("K7X4MT", Keys.ENTER)
    assert read_title(browser) == find_request_words("en").waiting_title
    assert sorted(topic for topic, _ in read_inbox(shop)) == ["confirm", "try"]


def test_three_wrong_codes_lead_back_to_the_beginning(site, shop, tables, open_browser, take_shot):
    browser = open_page(open_browser(scripts=False), f"{site}/privacy/confirm/{put_request(tables, language='fa')}")
    for _ in range(3):
        browser.find_element(By.NAME, "code").send_keys("AAAAAA")
        press(browser)
    take_shot(browser, "privacy-spent-fa-phone")

    assert read_title(browser) == find_request_words("fa").spent_title
    press(browser, "main a")
    assert browser.current_url == f"{site}/privacy/requests?lang=fa"
    assert [topic for topic, _ in read_inbox(shop)] == ["try"] * 3


@pytest.mark.parametrize("scripts", [True, False])
def test_the_page_that_waits_becomes_the_result_by_itself(site, tables, open_browser, take_shot, scripts):
    token = put_request(tables, RequestKind.CORRECT)
    browser = open_page(open_browser(scripts=scripts), f"{site}/privacy/confirm/{token}")
    browser.find_element(By.NAME, "code").send_keys("K7X4MT")
    press(browser)
    take_shot(browser, "privacy-waiting-phone")
    assert browser.title.startswith("We are working on it")

    put_result(tables, token, kind=LinkKind.CHOOSE, request="correct")
    WebDriverWait(browser, 20).until(lambda seen: seen.title.startswith("Correct your data"))
    assert browser.current_url == f"{site}/preferences/{name_page(tables, token)}?lang=en"


def test_pressing_everything_without_the_code_changes_nothing(site, shop, tables, open_browser):
    browser = open_browser()
    token = put_request(tables)
    before = tables.read_all("links")
    for page in (f"{site}/privacy/confirm/{token}", f"{site}/privacy/requests"):
        open_page(browser, page)
        press(browser)
        assert "summary" in browser.page_source

    assert shop.read_all("inbox") == []
    assert tables.read_all("links") == before


def test_a_copys_page_is_saved_and_never_shown(site, tables, open_browser, tmp_path):
    browser = open_browser()
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "deny"})
    result = put_package(tables, put_request(tables), PACKAGE)
    open_page(browser, f"{site}/privacy/results/{result}")
    shown = read_title(browser)
    browser.find_element(By.CSS_SELECTOR, ".files a").click()

    assert read_title(browser) == shown
    assert browser.current_url == f"{site}/privacy/results/{result}"


def test_a_correction_ends_at_the_preferences(site, tables, open_browser):
    token = put_request(tables, RequestKind.CORRECT, language="kk")
    browser = open_page(open_browser(scripts=False), f"{site}/privacy/confirm/{token}")
    browser.find_element(By.NAME, "code").send_keys("K7X4MT")
    put_result(tables, token, kind=LinkKind.CHOOSE, language="kk")
    press(browser)

    assert browser.current_url == f"{site}/preferences/{name_page(tables, token)}?lang=kk"
