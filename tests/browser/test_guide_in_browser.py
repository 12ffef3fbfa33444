"""The pictures of `docs/desk.md`: an invented shop, each page as its caption tells it.

With PICTURES=folder they are kept there. Those in `docs/images` have a palette of 128 colours at most.
"""

import base64
import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from chalicelib.numbers.counting import Counter
from infra.places import ROOT
from tests.browser.desk_steps import give_cookie, serve_desk
from tests.browser.pages import open_page, press, read_title
from tests.browser.till_steps import enrol_browser, serve_till, take_guests, wait_count, wait_line
from tests.builders.crowd import all_met, invent_people
from tests.builders.entries import an_entry
from tests.builders.orders import an_order
from tests.builders.reports import DAY, a_group
from tests.builders.shop import NOW, a_submission

WIDE = 860
ASHA, YES = "asha.rao@example.com", {"purpose": "marketing", "words": "Yes.", "words_version": "1", "language": "en"}
PICTURED = re.compile(r"images/desk-([a-z]+)\.png")


@pytest.fixture
def keep_picture():
    """Return what checks the words that a picture shows, and keeps it where PICTURES names a folder."""
    folder = os.environ.get("PICTURES")

    def keep(browser, name, *words, width=390, height=844):
        shown = browser.find_element(By.TAG_NAME, "body").text
        assert [each for each in words if each not in shown] == [], name
        if folder:
            clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
            taken = browser.execute_cdp_cmd("Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": True})
            (Path(folder) / f"desk-{name}.png").write_bytes(base64.b64decode(taken["data"]))

    return keep


@pytest.fixture
def desk(tables, shop, cloud, monkeypatch, single_optin):
    """Serve the desk of a shop with 200 invented customers, Asha among them, and a day's work."""
    with serve_desk(tables, monkeypatch, shop) as opened:
        opened.give_keys(shop, cloud)
        opened.millis = int((NOW + timedelta(days=1)).timestamp() * 1000)
        services = shop.services()
        invent_people(services, 200)
        all_met(services, opened.now, float("inf"), Counter(services))
        shop.take(a_submission(email=ASHA, phone="2025550123", name="Asha Rao", consents=[YES], at=NOW - 170 * DAY))
        for number, days in enumerate((160, 121, 82, 44, 7)):
            shop.take(an_order(ASHA, at=NOW - days * DAY, number=number))
        shop.take(an_entry(email=ASHA, at=NOW, item="Blue teapot", needed_by="2026-03-12"))
        shop.take(an_entry("warranty", email=ASHA, at=NOW, purchased_on="2026-02-01"))
        shop.take(an_order("noor@example.net", at=opened.now, number=77))
        for fact in (*a_group("sent", 40, returned=18), *a_group("held_out", 40, returned=2, first=100)):
            at = NOW - 40 * DAY
            numbers = {"order": fact.order, **fact.numbers}
            services.table.commit_parts([services.facts.write_fact("win-back", fact.kind, fact.mail_id, at, **numbers)])
        yield opened


def sit_down(browser, desk, role="owner"):
    """Let the browser have the session of somebody who joined; return their other browser."""
    person = desk.hire(role, "Mara Lind")
    open_page(browser, f"{desk.address}/sign-in", 390)
    give_cookie(browser, person.cookies["__Host-desk"])
    return person


def test_pages_for_the_day(desk, open_browser, keep_picture):
    browser = open_browser()
    sit_down(browser, desk)
    open_page(browser, f"{desk.address}/today", 390)
    keep_picture(browser, "today", "Came in today", "To be handed over", "needed by 12", "Handed over", height=1060)
    open_page(browser, f"{desk.address}/find", 390)
    browser.find_element(By.ID, "f-typed").send_keys("(202) 555-0123", Keys.ENTER)
    WebDriverWait(browser, 15).until(lambda _: browser.find_elements(By.ID, "hits"))
    keep_picture(browser, "find", "Found: 1", "A***", "Why do you open the record?", height=780)
    press(browser, ".opens button")
    WebDriverWait(browser, 15).until(lambda _: read_title(browser) == "Asha Rao")
    keep_picture(browser, "person", "active", "sually 3", "Last purchases", "To be handed over", "Blue teapot")
    open_page(browser, f"{desk.address}/counter", 390)
    keep_picture(browser, "counter", "Email", height=1000)
    open_page(browser, f"{desk.address}/telephone", 390)
    keep_picture(browser, "telephone", "May I open an account for you?", "What is your email address?", height=1000)


def test_pages_for_the_back_office(desk, open_browser, keep_picture):
    browser = open_browser()
    owner = sit_down(browser, desk)
    open_page(browser, f"{desk.address}/numbers", WIDE)
    keep_picture(browser, "numbers", "Are they satisfied?", "true value probably", width=WIDE, height=820)
    open_page(browser, f"{desk.address}/campaigns/win-back", WIDE)
    keep_picture(browser, "campaign", "What came of it", width=WIDE, height=1100)
    begun = owner.post("/privacy/lists", columns="name", purpose="", goal="tool").headers["Location"]
    open_page(browser, f"{desk.address}{begun}", 390)
    desk.services.deliveries.note_accepted("shopify", desk.now)
    open_page(browser, f"{desk.address}/connections/shopify/test", 390)
    keep_picture(browser, "test", "arrived", height=560)


def test_the_till_without_a_line(tables, shop, cloud, monkeypatch, open_browser, keep_picture):
    with serve_till(tables, monkeypatch, shop, cloud) as desk:
        browser = open_browser()
        enrol_browser(browser, desk)
        desk.line.cut()
        take_guests(browser, [(f"guest{number}@example.org", f"Guest {number}") for number in range(3)])
        wait_count(browser, 3)
        wait_line(browser, "off")
        browser.find_element(By.CSS_SELECTOR, "[data-again]").click()
        keep_picture(browser, "till", "3 waiting since", "No internet connection", "Your initials", height=1000)


def test_the_guide_shows_every_picture_and_no_other():
    shown = set(PICTURED.findall((ROOT / "docs" / "desk.md").read_text("utf-8")))
    assert shown == set(re.findall(r'keep_picture\(browser, "(\w+)"', Path(__file__).read_text("utf-8")))
    assert shown == {each.stem.removeprefix("desk-") for each in (ROOT / "docs" / "images").glob("desk-*.png")}
