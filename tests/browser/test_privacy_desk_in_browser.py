"""The Privacy pages as an owner meets them: a list is made and offered; every page fits and breaks no rule of axe."""

from datetime import timedelta

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from chalicelib.erasure.forget import ForgetOrder, Reason, forget_person
from chalicelib.erasure.run import advance_erasures
from chalicelib.store.tours import TourKind
from chalicelib.tours import steps
from tests.browser.desk_steps import click, give_cookie, look, serve_desk
from tests.browser.pages import list_complaints, open_page, prefer, read_title
from tests.builders.entries import an_entry, take_entry
from tests.builders.shop import NOW, a_submission


@pytest.fixture
def desk(tables, monkeypatch, shop, cloud):
    """Serve the desk, with a few customers: one has pre-ordered, one is forgotten; yield it."""
    with serve_desk(tables, monkeypatch, shop) as opened:
        opened.give_keys(shop, cloud)
        for name in ("asha", "ben", "chen"):
            shop.take(a_submission(email=f"{name}@example.com", name=name))
        take_entry(shop, an_entry(email="asha@example.com", at=NOW, needed_by="2026-12-24"))
        order = ForgetOrder(reason=Reason.STAFF, request="r-chen", requested_at=opened.now)
        assert forget_person(shop.find_id("chen@example.com"), order, shop.services(), opened.now)
        advance_erasures(shop.services(), opened.now + timedelta(minutes=1))
        yield opened


def wait_until(browser, holds):
    WebDriverWait(browser, 15).until(lambda _: holds())


def test_a_list_is_asked_for_and_made_while_the_browser_asks_again_by_itself(
    desk, open_browser, take_shot, monkeypatch
):
    monkeypatch.setitem(steps.SIZES, TourKind.LIST, 1)
    monkeypatch.setattr(steps, "SECONDS", 0)
    browser, owner = open_browser(), desk.hire("owner", "Mara Lind")
    open_page(browser, f"{desk.address}/sign-in", 390)
    give_cookie(browser, owner.cookies["__Host-desk"])
    open_page(browser, f"{desk.address}/privacy/lists", 390)
    click(browser, "Make the list")
    wait_until(browser, lambda: read_title(browser) == "The list is being made")
    look(browser, take_shot, "privacy-progress", 390)
    wait_until(browser, lambda: read_title(browser) == "The list is ready")
    assert "On the list: 2" in browser.find_element(By.CSS_SELECTOR, "[role=status]").text
    click(browser, "Delete the list")
    wait_until(browser, lambda: read_title(browser) == "A list of customers")
    assert "The list is deleted." in browser.find_element(By.CSS_SELECTOR, "[role=status]").text
    assert list_complaints(browser) == []


@pytest.mark.parametrize(
    ("language", "width", "scheme"), [("en", 390, "light"), ("fa", 390, "dark"), ("en", 1280, "dark")]
)
def test_every_page_fits_and_breaks_no_rule_of_axe(desk, open_browser, take_shot, language, width, scheme):
    browser, owner = open_browser(), desk.hire("owner", "Mara Lind")
    owner.post("/account/language", language=language)
    made = owner.post("/privacy/lists", columns="name", purpose="", goal="books").headers["Location"]
    counted = owner.post("/privacy/retention").headers["Location"]
    prefer(browser, scheme)
    open_page(browser, f"{desk.address}/sign-in", width)
    give_cookie(browser, owner.cookies["__Host-desk"])
    pages = ("/privacy", "/privacy/lists", made, "/privacy/erasures", "/privacy/audit", "/privacy/retention", counted)
    for number, path in enumerate((*pages, "/today")):
        open_page(browser, desk.address + path, width)
        look(browser, take_shot, f"privacy-{number}-{language}-{width}-{scheme}", width)
    prefer(browser, "")
    browser.delete_all_cookies()
    assert list_complaints(browser) == []
