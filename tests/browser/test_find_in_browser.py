"""Finding in a browser: by a name, by a card that is scanned, and the page of a card."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from chalicelib.fold.roster import RosterMaker
from chalicelib.fold.walk import walk_people
from tests.browser.desk_steps import give_cookie, look, serve_desk
from tests.browser.pages import list_complaints, open_page, prefer, read_title
from tests.builders.shop import Shop, a_submission

ASHA = "asha.rao@example.com"
# Chromium on Linux has no BarcodeDetector: this one sees what `window.seen` says.
SCANNER = """
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect(video) { return video.videoWidth && window.seen ? [{ rawValue: window.seen }] : []; }
};
navigator.mediaDevices.getUserMedia = async () => {
  if (window.refuses) throw new DOMException("no", "NotAllowedError");
  const canvas = document.createElement("canvas");
  canvas.getContext("2d").fillRect(0, 0, 99, 99);
  return canvas.captureStream(10);
};
"""


@pytest.fixture
def desk(tables, monkeypatch, tmp_path):
    with serve_desk(tables, monkeypatch, Shop(tables, tmp_path)) as opened:
        opened.shop.take(a_submission(email=ASHA, name="Asha Rao", phone="(202) 555-0123"))
        walk_people(opened.services, [RosterMaker(opened.services)], opened.now, float("inf"))
        yield opened


def enter(browser, desk, language="en"):
    """Let the browser have the session of a member of staff; return that member's other browser."""
    ben = desk.hire("staff", "Ben Okafor")
    if language != "en":
        ben.post("/account/language", language=language)
    open_page(browser, desk.address + "/sign-in")
    give_cookie(browser, ben.cookies["__Host-desk"])
    return ben


@pytest.mark.parametrize(
    ("language", "width", "scheme"), [("en", 390, "light"), ("fa", 390, "dark"), ("en", 1280, "dark")]
)
def test_a_name_is_found_and_a_card_is_made(desk, open_browser, take_shot, language, width, scheme):
    browser = open_browser()
    prefer(browser, scheme)
    enter(browser, desk, language)
    name = f"{language}-{width}-{scheme}"
    open_page(browser, desk.address + "/find", width)
    look(browser, take_shot, f"find-{name}", width)
    assert not browser.find_element(By.CSS_SELECTOR, "[data-camera]").is_displayed()
    browser.find_element(By.ID, "f-typed").send_keys("rao", Keys.ENTER)
    WebDriverWait(browser, 15).until(lambda _: browser.find_elements(By.ID, "hits"))
    assert "A***" in browser.page_source
    look(browser, take_shot, f"found-{name}", width)
    customer = desk.shop.find_id(ASHA)
    browser.execute_script(
        "const form = document.querySelector('.things form'); form.action = arguments[0]; form.submit();",
        f"/people/{customer}/card",
    )
    WebDriverWait(browser, 15).until(lambda _: browser.find_elements(By.CSS_SELECTOR, ".ticket"))
    look(browser, take_shot, f"card-{name}", width)
    prefer(browser, "")
    assert list_complaints(browser) == []


def test_a_card_is_scanned_where_the_browser_can(desk, open_browser, take_shot):
    browser = open_browser()
    ben = enter(browser, desk)
    page = ben.post(f"/people/{desk.shop.find_id(ASHA)}/card").body.decode()
    code = page.partition('<bdi dir="ltr">')[2].partition("<")[0]
    made = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": SCANNER})
    try:
        open_page(browser, desk.address + "/find", 390)
        button = browser.find_element(By.CSS_SELECTOR, "[data-camera]")
        WebDriverWait(browser, 15).until(lambda _: button.is_displayed())
        browser.execute_script("window.refuses = true")
        button.click()
        WebDriverWait(browser, 15).until(lambda _: "cannot be used" in browser.page_source)
        browser.execute_script("window.refuses = false")
        button.click()
        WebDriverWait(browser, 15).until(lambda _: button.text == "Stop the camera")
        look(browser, take_shot, "find-camera", 390)
        button.click()
        assert button.text == "Scan a card"
        button.click()
        browser.execute_script("window.seen = arguments[0]", code)
        WebDriverWait(browser, 15).until(lambda _: browser.find_elements(By.ID, "hits"))
        assert read_title(browser) == "Find a customer"
        assert "A***" in browser.page_source
    finally:
        browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", made)
    assert list_complaints(browser) == []
