"""An anonymous survey and a poll in a browser, and what the desk shows of them."""

from datetime import UTC, datetime

import pytest
from selenium.webdriver.common.by import By

from tests.browser.desk_steps import give_cookie, look, serve_desk
from tests.browser.pages import list_complaints, open_page, prefer, press
from tests.builders.own import open_own
from tests.builders.shop import Shop
from tests.builders.surveys import START, settle_all, take_answer, write_poll, write_survey

SHOWN = [("en", 1280, "light"), ("fa", 390, "dark")]


@pytest.fixture
def own(tmp_path, monkeypatch):
    with open_own(tmp_path / "own", monkeypatch) as folder:
        write_survey(folder)
        write_poll(folder)
        yield folder


def vote_often(shop, *teas):
    for number, tea in enumerate(teas):
        take_answer(shop, "tea-poll", START, page=str(number), tea=tea)


@pytest.mark.parametrize(("language", "width", "scheme"), SHOWN)
def test_a_vote_leads_to_the_result(own, site, shop, open_browser, take_shot, language, width, scheme):
    vote_often(shop, "green", "green", "black", "green")
    browser = open_browser()
    prefer(browser, scheme)
    open_page(browser, f"{site}/forms/mood?lang={language}", width)
    look(browser, take_shot, f"mood-{language}-{width}-{scheme}", width)
    for turn in range(2):
        open_page(browser, f"{site}/forms/tea-poll?lang={language}", width)
        look(browser, take_shot, f"poll-{turn}-{language}-{width}-{scheme}", width)
        browser.find_element(By.CSS_SELECTOR, "[value=white]").click()
        wait_out(browser)
        press(browser, "main button[type=submit]")
        assert settle_all(shop, datetime.now(UTC)) == ["settled"]
        look(browser, take_shot, f"voted-{turn}-{language}-{width}-{scheme}", width)
    rows = browser.find_elements(By.CSS_SELECTOR, ".poll tbody tr")
    assert [row.find_element(By.TAG_NAME, "td").text[0] for row in rows] == list("۳۱۱" if language == "fa" else "311")
    assert browser.find_elements(By.CSS_SELECTOR, ".number") == []
    prefer(browser, "")
    assert list_complaints(browser) == []


def wait_out(browser):
    """Wait until a post no longer looks like a machine's."""
    browser.set_script_timeout(10)
    browser.execute_async_script("setTimeout(arguments[0], 2100)")


@pytest.mark.parametrize(("language", "width", "scheme"), SHOWN)
def test_the_desk_shows_what_was_found(
    own, tables, monkeypatch, tmp_path, open_browser, take_shot, language, width, scheme
):
    shop = Shop(tables, tmp_path)
    for number in range(12):
        values = {"score": str(number % 11), "tea": ("green", "black", "white")[number % 3], "why": f"Bread {number}"}
        take_answer(shop, "mood", datetime(2026, 2, 3, tzinfo=UTC), page=str(number), **values)
    with serve_desk(tables, monkeypatch, shop) as desk:
        owner, browser = desk.hire("owner", "Mara Lind"), open_browser()
        owner.post("/account/language", language=language)
        prefer(browser, scheme)
        open_page(browser, f"{desk.address}/sign-in", width)
        give_cookie(browser, owner.cookies["__Host-desk"])
        open_page(browser, f"{desk.address}/surveys/mood", width)
        look(browser, take_shot, f"survey-{language}-{width}-{scheme}", width)
        assert len(browser.find_elements(By.TAG_NAME, "table")) == 2
        prefer(browser, "")
        browser.delete_all_cookies()
        assert list_complaints(browser) == []
