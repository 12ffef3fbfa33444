"""The pages of the numbers as the shop's people meet them: on a telephone by day, on a desktop by night in Persian."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from chalicelib.desk.numbers import counting
from chalicelib.fold import walk
from chalicelib.telling.numbers import QUESTIONS
from tests.browser.desk_steps import click, give_cookie, look, serve_desk
from tests.browser.pages import list_complaints, open_page, prefer
from tests.builders.crowd import invent_people, make_crowd
from tests.builders.shop import NOW, Shop


@pytest.fixture
def desk(tables, monkeypatch, tmp_path, cloud):
    """Serve the desk of a shop with 200 invented customers."""
    shop = Shop(tables, tmp_path)
    with serve_desk(tables, monkeypatch, shop) as opened:
        opened.give_keys(shop, cloud)
        opened.millis = int(NOW.timestamp() * 1000)
        invent_people(opened.services, 200)
        bands = {0: "16-24", 1: "25-34", 2: "25-34", 3: "65+"}
        make_crowd(opened.services, 41, start=300, alone=False, age_band=lambda number: bands[number % 4])
        yield opened


def enter(browser, desk, member, width):
    open_page(browser, f"{desk.address}/sign-in", width)
    give_cookie(browser, member.cookies["__Host-desk"])


def test_counting_and_looking_at_every_page(desk, open_browser, take_shot, monkeypatch):
    monkeypatch.setattr(counting, "STEP", 0)
    monkeypatch.setattr(walk, "BATCH", 50)
    silent, owner = open_browser(scripts=False), desk.hire("owner", "Mara Lind")
    enter(silent, desk, owner, 390)
    open_page(silent, f"{desk.address}/numbers", 390)
    take_shot(silent, "desk-numbers-none")
    click(silent, "Count now")  # without a script the page goes on by itself
    wait = WebDriverWait(silent, 30)
    wait.until(lambda _: silent.find_elements(By.TAG_NAME, "progress"))
    take_shot(silent, "desk-numbers-counting")
    wait.until(lambda _: silent.find_elements(By.PARTIAL_LINK_TEXT, "Are they satisfied?"))
    silent.delete_all_cookies()

    browser = open_browser()
    for language, width, scheme in (("en", 390, "light"), ("fa", 1280, "dark")):
        owner.post("/account/language", language=language)
        prefer(browser, scheme)
        enter(browser, desk, owner, width)
        groups = ("groups", "groups/regulars/audience")
        for page in ("numbers", *(f"numbers/{question}" for question in QUESTIONS), *groups):
            open_page(browser, f"{desk.address}/{page}", width)
            browser.execute_script("for (const each of document.querySelectorAll('details')) each.open = true")
            look(browser, take_shot, f"{page.replace('/', '-')}-{language}-{width}-{scheme}", width)
        prefer(browser, "")
        browser.delete_all_cookies()
    assert list_complaints(browser) == []
