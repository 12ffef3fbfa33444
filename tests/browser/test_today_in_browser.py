"""The page Today as staff meet it: an item is looked at, released, deleted, and a request is closed."""

from datetime import timedelta

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from chalicelib.models import RequestKind
from chalicelib.store.inbox import State
from chalicelib.store.requests import start_handover
from tests.browser.axe import find_violations
from tests.browser.desk_steps import (
    click,
    give_cookie,
    hold_device,
    join,
    look,
    serve_desk,
    sign_in,
    sign_out,
    wait_for,
)
from tests.browser.pages import LOOKS, list_complaints, open_page, prefer, read_title
from tests.builders.shop import NOW, a_submission

ASHA = "asha@example.org"


@pytest.fixture
def desk(tables, monkeypatch):
    """Serve the desk; `desk.address` is its address, by a name."""
    with serve_desk(tables, monkeypatch) as opened:
        yield opened


@pytest.fixture
def items(desk, shop):
    """Return the keys of two items that wait, beside a request, a double and a parked delivery."""
    keys = {"inbox_key": shop.inbox_key, "root_key": shop.root_key}
    desk.services.settings = desk.services.settings.model_copy(update=keys)
    shop.take(a_submission(email="ben@example.org"))
    services, customer = shop.services(), shop.find_id("ben@example.org")
    rows = [start_handover(customer, kind, NOW, language="en") for kind in (RequestKind.ACCESS, RequestKind.ERASE)]
    double = services.identities.write_suggestion(customer, "v7Jk2mXq8RtWz4Lp0YdNcA", "phone")
    services.table.commit_parts([*(services.requests.write_row(row, NOW) for row in rows), double])
    found = [shop.quarantine(a_submission(email=ASHA, name="Asha", at=NOW - timedelta(hours=each))) for each in (1, 2)]
    parked = shop.accept(a_submission(email=ASHA, at=NOW - timedelta(hours=3)))
    shop.inbox.park_item(parked, "UnreadableError: the body is no JSON object")
    return found


def press_in(browser, item, words):
    """Press the button of these words that belongs to an item."""
    buttons = browser.find_elements(By.CSS_SELECTOR, f"button[aria-describedby=i-{item}]")
    next(each for each in buttons if each.text == words).click()


def wait_until(browser, holds):
    WebDriverWait(browser, 15).until(lambda _: holds())


def wait_told(browser, words):
    wait_until(browser, lambda: words in browser.find_element(By.CSS_SELECTOR, "[role=status]").text)


def test_a_day_of_work(desk, shop, items, open_browser, take_shot):
    browser, (first, second) = open_browser(), items
    with hold_device(browser):
        join(browser, desk, desk.invite("staff", "Ben Okafor") + "?lang=en")
        sign_in_anew(browser, desk)
        assert read_title(browser) == "Today"
        press_in(browser, first, "Look, partly hidden")
        wait_until(browser, lambda: read_title(browser) == "A waiting item, partly hidden")
        assert "a… (16 characters)" in browser.page_source
        assert ASHA not in browser.page_source
        assert find_violations(browser) == []
        take_shot(browser, "today-look")
        press_in(browser, first, "Release")
        wait_told(browser, "Released.")
        assert shop.inbox.read_item(first).state is State.NEW

        desk.wait(minutes=6)
        delete(browser, second)
        wait_for(browser, "/touch")
        click(browser, "Show my passkey")
        wait_for(browser, "/today")
        delete(browser, second)
        wait_told(browser, "deleted")
        assert shop.inbox.read_item(second).state is State.DROPPED

        click(browser, "Close")
        wait_told(browser, "closed")
        assert len(browser.find_elements(By.CSS_SELECTOR, "section[aria-labelledby=requests] li")) == 1
        assert "example.org" not in browser.current_url
    assert list_complaints(browser) == []


def sign_in_anew(browser, desk):
    sign_out(browser)
    wait_for(browser, "/sign-in")
    sign_in(browser, desk)


def delete(browser, item):
    browser.find_element(By.XPATH, f"//*[@id='w-{item}']/ancestor::details/summary").click()
    press_in(browser, item, "Delete")


@pytest.mark.parametrize(("width", "scheme", "language"), LOOKS)
def test_the_page_fits_and_breaks_no_rule_of_axe(desk, items, open_browser, take_shot, width, scheme, language):
    browser, staff = open_browser(), desk.hire("staff", "Ben Okafor")
    prefer(browser, scheme)
    open_page(browser, f"{desk.address}/sign-in", width)
    give_cookie(browser, staff.cookies["__Host-desk"])
    staff.post("/account/language", language=language)
    open_page(browser, f"{desk.address}/today", width)
    browser.execute_script("document.querySelector('details').open = true")
    look(browser, take_shot, f"today-{language}-{width}-{scheme}", width)
    prefer(browser, "")
    browser.delete_all_cookies()
    assert list_complaints(browser) == []


def test_without_a_script_an_item_is_released(desk, shop, items, open_browser):
    browser, staff = open_browser(scripts=False), desk.hire("staff", "Ben Okafor")
    open_page(browser, f"{desk.address}/sign-in?lang=en")
    give_cookie(browser, staff.cookies["__Host-desk"])
    open_page(browser, f"{desk.address}/today")
    press_in(browser, items[0], "Release")
    wait_told(browser, "Released.")
    assert shop.inbox.read_item(items[0]).state is State.NEW
    browser.delete_all_cookies()
