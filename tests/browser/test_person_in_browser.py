"""A person's page on a telephone: what staff write down, one act after the other, each with the page that follows."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.desk_steps import give_cookie, look, serve_desk
from tests.browser.pages import list_complaints, open_page, prefer, press, read_title
from tests.builders.orders import an_order
from tests.builders.shop import NOW, Shop, a_submission

WIDTH = 390
ASHA, RAO = "asha@example.com", "rao@example.net"


@pytest.fixture
def desk(tables, monkeypatch, tmp_path, single_optin):
    """Serve the desk over a shop with two customers who share a number."""
    with serve_desk(tables, monkeypatch, Shop(tables, tmp_path)) as opened:
        for email, name in ((ASHA, "Asha Rao"), (RAO, "A. Rao")):
            opened.shop.take(a_submission(email=email, phone="2025550123", name=name, language="en"))
        opened.shop.take(an_order(ASHA, at=NOW))
        pair = opened.shop.find_id(ASHA), opened.shop.find_id(RAO)
        opened.services.table.commit_parts([opened.services.identities.write_suggestion(*pair, "phone")])
        yield opened


def open_person(browser, desk, language):
    """Sign in, and open the customer for a reason."""
    staff = desk.hire("staff", "Ben Okafor")
    staff.post("/account/language", language=language)
    open_page(browser, f"{desk.address}/sign-in", WIDTH)
    give_cookie(browser, staff.cookies["__Host-desk"])
    open_page(browser, f"{desk.address}/people/{desk.shop.find_id(ASHA)}", WIDTH)
    press(browser, ".opens button")
    WebDriverWait(browser, 15).until(lambda _: read_title(browser) == "Asha Rao")


def unfold(browser, act):
    """Open the fold of an act; return its form."""
    form = browser.find_element(By.CSS_SELECTOR, f"form[action$='/{act}']")
    form.find_element(By.XPATH, "./ancestor::details/summary").click()
    return form


def send(browser, form, told):
    """Press the first button of a form, and wait for the sentence that says what was done."""
    form.find_element(By.TAG_NAME, "button").click()
    WebDriverWait(browser, 15).until(lambda _: told in browser.find_element(By.TAG_NAME, "main").text)


def test_the_acts_one_after_the_other(desk, open_browser, take_shot):
    browser = open_browser()
    open_person(browser, desk, "en")
    look(browser, take_shot, "person-shut", WIDTH)

    form = unfold(browser, "purchase")
    form.find_element(By.NAME, "item").send_keys("Teapot")
    form.find_element(By.NAME, "total").send_keys("a lot")
    look(browser, take_shot, "person-purchase", WIDTH)
    send(browser, form, "Please write the amount in digits")
    look(browser, take_shot, "person-purchase-again", WIDTH)
    form = browser.find_element(By.CSS_SELECTOR, "form[action$='/purchase']")
    assert form.find_element(By.NAME, "item").get_attribute("value") == "Teapot"
    form.find_element(By.NAME, "total").clear()
    form.find_element(By.NAME, "total").send_keys("12.50")
    send(browser, form, "The purchase is recorded.")

    form = unfold(browser, "details")
    form.find_element(By.NAME, "address").send_keys("1 Mill Lane")
    look(browser, take_shot, "person-details", WIDTH)
    send(browser, form, "Changed: Postal address.")

    form = unfold(browser, "consent")
    look(browser, take_shot, "person-consent", WIDTH)
    send(browser, form, "The consent is recorded.")
    send(browser, unfold(browser, "withdraw"), "The consent is withdrawn.")
    send(browser, unfold(browser, "preferences"), "An email is on its way to the customer.")
    (row,) = desk.services.requests.list_requests(desk.shop.find_id(ASHA))
    desk.services.table.commit_parts([desk.services.requests.write_row(finish(row), desk.now)])  # the mail was answered

    send(browser, unfold(browser, "doubles"), "The other one")
    look(browser, take_shot, "person-doubles", WIDTH)
    send(browser, browser.find_element(By.CSS_SELECTOR, "form[action$='/join']"), "The two records are one now.")
    send(browser, unfold(browser, "part"), "The two records are separate again")
    look(browser, take_shot, "person-parted", WIDTH)
    browser.delete_all_cookies()
    assert [line for line in list_complaints(browser) if "422" not in line] == []


def finish(row):
    from dataclasses import replace

    from chalicelib.store.requests import RequestState

    return replace(row, state=RequestState.DONE)


def test_every_fold_fits_from_right_to_left_in_the_dark(desk, open_browser, take_shot):
    browser = open_browser()
    prefer(browser, "dark")
    open_person(browser, desk, "fa")
    for act in ("purchase", "details", "consent", "export", "doubles", "preferences"):
        unfold(browser, act)
    look(browser, take_shot, "person-fa-dark", WIDTH)
    prefer(browser, "")
    browser.delete_all_cookies()
    assert list_complaints(browser) == []
