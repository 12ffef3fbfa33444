"""The till as staff meet it, in a real browser with its own WebCrypto, storage and service worker."""

import gzip

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from chalicelib.settling.dispatch import settle_keys
from tests.browser.desk_steps import give_cookie, look
from tests.browser.pages import list_complaints, open_page, prefer, read_title
from tests.browser.till_steps import (
    COPY,
    DUMP,
    RESTORE,
    enrol_browser,
    read_till,
    serve_till,
    take_guests,
    wait_count,
    wait_line,
    wait_worker,
)
from tests.builders.shop import read_all_events
from tests.builders.till import read_link

GUESTS = [(f"wilhelmina{number}@example.org", f"Wilhelmina Quist {number}") for number in range(50)]


@pytest.fixture
def desk(tables, shop, cloud, monkeypatch):
    with serve_till(tables, monkeypatch, shop, cloud) as opened:
        yield opened


def settle(desk, shop):
    new = [row["pk"]["S"] for row in desk.stage.read_all("inbox") if row["state"]["S"] == "new"]
    return settle_keys(new, shop.services(), desk.now)


def test_fifty_entries_without_a_line_three_of_them_sent_twice_are_fifty_events(
    desk, shop, open_browser, take_shot, single_optin
):
    browser = open_browser()
    enrol_browser(browser, desk)
    desk.line.cut()
    for email, name in GUESTS[:2]:  # by hand
        form = browser.find_element(By.CSS_SELECTOR, "[data-place] form")
        form.find_element(By.NAME, "email").send_keys(email)
        form.find_element(By.CSS_SELECTOR, "summary").click()
        form.find_element(By.NAME, "name").send_keys(name)
        form.find_element(By.NAME, "consent_marketing").click()
        initials = browser.find_element(By.ID, "till-by")
        initials.clear()
        initials.send_keys("ML")
        form.find_element(By.CSS_SELECTOR, "[type=submit]").click()
        again = browser.find_element(By.CSS_SELECTOR, "[data-again]")
        WebDriverWait(browser, 10).until(lambda _, again=again: again.is_displayed())
        again.click()
    wait_count(browser, 2)
    wait_line(browser, "off")
    take_guests(browser, GUESTS[2:])
    wait_count(browser, 50)
    take_shot(browser, "till-off-en")

    browser.refresh()  # from what the worker kept
    wait_line(browser, "off")
    assert read_title(browser) == "Till"
    assert browser.find_element(By.CSS_SELECTOR, "[data-count]").text.startswith("50 waiting since ")
    held = browser.execute_async_script(DUMP)
    assert len(held["rows"]) == 51
    assert held["others"] == "by=ML"  # the initials, as long as the page is open
    whole = " ".join(held["rows"])
    assert "ilhelmina" not in whole
    assert "ML" not in [each.rpartition("=")[2] for each in held["rows"]]
    assert sorted(held["kept"]) == sorted(
        [f"/till?lang={language}" for language in ("bn", "en", "fa", "hi", "kk")]
        + [f"/till/{name}" for name in ("till.js", "seal.js", "manifest.json", "icon.svg")]
    )
    browser.set_script_timeout(30)
    assert browser.execute_async_script(COPY, 3, -1) == 3
    assert desk.stage.read_all("inbox") == []

    desk.line.mend()
    browser.find_element(By.CSS_SELECTOR, "[data-send]").click()
    wait_count(browser, 0)
    assert len(desk.stage.read_all("inbox")) == 50
    assert browser.execute_async_script(RESTORE) == ""  # a restored backup, or three replies that were lost
    assert settle(desk, shop) == {"settled": 50}
    events = read_all_events(shop)
    assert len(events) == 50
    assert {reading.fields["name"] for _, _, reading in events} == {name for _, name in GUESTS}
    assert [line for line in list_complaints(browser) if "ERR_CONNECTION_REFUSED" not in line] == []


def test_an_entry_that_was_altered_is_parked_and_the_true_one_counts(desk, shop, open_browser, single_optin):
    browser = open_browser()
    enrol_browser(browser, desk)
    desk.line.cut()
    take_guests(browser, GUESTS[:2])
    wait_line(browser, "off")
    assert browser.execute_async_script(COPY, 2, 40) == 2
    desk.line.mend()
    browser.execute_script("dispatchEvent(new Event('online'))")
    wait_count(browser, 0)
    assert browser.execute_async_script(RESTORE) == ""
    assert settle(desk, shop) == {"settled": 2, "parked": 2}
    assert len(read_all_events(shop)) == 2


def test_a_till_that_was_ended_keeps_what_waits_and_a_new_link_sends_it(desk, shop, open_browser, single_optin):
    browser = open_browser()
    owner, device_id = enrol_browser(browser, desk)
    desk.line.cut()
    take_guests(browser, GUESTS[:1])
    wait_line(browser, "off")
    desk.line.mend()
    owner.touch()
    owner.post(f"/devices/{device_id}/end")
    browser.find_element(By.CSS_SELECTOR, "[data-send]").click()
    wait_line(browser, "ended")
    assert not browser.find_element(By.CSS_SELECTOR, "[data-place]").is_displayed()
    assert read_till(browser, "waiting") == "1"
    path = read_link(owner.post(f"/devices/{device_id}/link"))
    open_page(browser, desk.address + path)
    browser.find_element(By.CSS_SELECTOR, "main button").click()
    WebDriverWait(browser, 15).until(lambda _: "/till?" in browser.current_url)
    wait_line(browser, "on")
    wait_count(browser, 0)
    assert settle(desk, shop) == {"settled": 1}


def test_what_is_missing_is_asked_for_before_anything_is_sealed(desk, open_browser):
    browser = open_browser()
    enrol_browser(browser, desk)
    ask = "return [...document.querySelector('[data-place] form').elements, document.getElementById('till-by')]"
    ask += ".filter(each => !each.checkValidity()).map(each => each.name || each.id)"
    for form, fields, missing in (
        ("sign-up", {"email": "ana@example.org"}, ["consent_marketing", "till-by"]),
        ("survey", {}, ["score", "till-by"]),
        ("till-note", {"note": "Tea"}, ["email", "till-by"]),
        ("till-purchase", {"email": "ana@example.org", "bought": "Tea", "amount": "much"}, ["amount", "till-by"]),
    ):
        browser.find_element(By.CSS_SELECTOR, f"[data-choose={form}]").click()
        for name, text in fields.items():
            browser.find_element(By.CSS_SELECTOR, f"[data-place] [name={name}]").send_keys(text)
        browser.find_element(By.CSS_SELECTOR, "[data-place] [type=submit]").click()
        assert browser.execute_script(ask) == missing, form
    assert read_till(browser, "waiting") == "0"


@pytest.mark.parametrize(
    ("language", "width", "scheme"), [("en", 390, "light"), ("fa", 390, "dark"), ("hi", 1280, "light")]
)
def test_pages_fit_and_can_be_read(desk, open_browser, take_shot, language, width, scheme):
    browser = open_browser()
    prefer(browser, scheme)
    owner, _ = enrol_browser(browser, desk, language=language, width=width)
    named = f"{language}-{width}-{scheme}"
    for form in ("sign-up", "survey", "till-purchase"):
        browser.find_element(By.CSS_SELECTOR, f"[data-choose={form}]").click()
        look(browser, take_shot, f"till-{form}-{named}", width)
    desk.line.cut()
    browser.find_element(By.CSS_SELECTOR, "[data-choose=sign-up]").click()
    take_guests(browser, GUESTS[:3])
    wait_line(browser, "off")
    look(browser, take_shot, f"till-kept-{named}", width)
    desk.line.mend()
    browser.find_element(By.CSS_SELECTOR, "[data-send]").click()
    wait_count(browser, 0)
    owner.touch()
    owner.post("/account/language", language=language)
    path = read_link(owner.post("/devices", name="Back counter"))
    browser.delete_all_cookies()
    open_page(browser, f"{desk.address}{path}?lang={language}", width)
    look(browser, take_shot, f"till-enrol-{named}", width)
    give_cookie(browser, owner.cookies["__Host-desk"])
    open_page(browser, f"{desk.address}/devices", width)
    look(browser, take_shot, f"devices-{named}", width)
    prefer(browser, "")
    browser.delete_all_cookies()


def test_without_a_script_the_page_leads_to_the_counter(desk, open_browser):
    browser = open_browser(scripts=False)
    open_page(browser, f"{desk.address}/till?lang=en")
    assert "The till needs JavaScript" in browser.find_element(By.TAG_NAME, "main").text
    assert browser.find_element(By.CSS_SELECTOR, "main a.plain").get_attribute("href") == f"{desk.address}/counter"


def test_the_worker_and_a_device_that_is_no_till(desk, open_browser):
    browser = open_browser()
    open_page(browser, f"{desk.address}/till?lang=en")
    wait_line(browser, "stranger")
    wait_worker(browser)
    assert not browser.find_element(By.CSS_SELECTOR, "[data-place]").is_displayed()
    assert "This device is no till yet" in browser.find_element(By.CSS_SELECTOR, "[data-line]").text
    assert len(gzip.compress(browser.page_source.encode())) < 30_000
