"""The Counter and the Telephone as staff meet them: a form filled in, a language pressed, the keyboard, every size."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.desk_steps import give_cookie, look, serve_desk
from tests.browser.pages import LOOKS, list_complaints, open_page, prefer, press, read_title


@pytest.fixture
def desk(tables, shop, cloud, monkeypatch):
    """Serve the desk with the keys of a shop; `desk.address` is its address, by a name."""
    with serve_desk(tables, monkeypatch) as opened:
        yield opened.give_keys(shop, cloud)


def enter(browser, desk, role="staff", language="en"):
    """Sit down at the desk as somebody who signed in elsewhere."""
    person = desk.hire(role)
    person.post("/account/language", language=language)
    open_page(browser, f"{desk.address}/sign-in")
    browser.delete_all_cookies()
    give_cookie(browser, person.cookies["__Host-desk"])
    return person


def fill(browser, name, text):
    browser.find_element(By.ID, f"f-{name}").send_keys(text)


def wait_for_text(browser, text):
    WebDriverWait(browser, 15).until(lambda _: text in browser.find_element(By.TAG_NAME, "main").text)


@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no-script"])
def test_a_customer_is_signed_up_at_the_counter_in_their_language(desk, open_browser, scripts):
    browser = open_browser(scripts=scripts)
    enter(browser, desk)
    open_page(browser, f"{desk.address}/counter")
    fill(browser, "email", "ana@example.org")
    press(browser, "button[value=fa]")
    wait_for_text(browser, "موافقم که \u2068Corner Shop\u2069")
    assert browser.find_element(By.ID, "f-email").get_attribute("value") == "ana@example.org"
    assert desk.stage.read_all("inbox") == []
    browser.find_element(By.ID, "f-consent_marketing").click()
    browser.find_element(By.ID, "f-email").send_keys(Keys.ENTER)  # Enter sends, and presses no language
    wait_for_text(browser, "An email is on its way")
    assert [row["state"]["S"] for row in desk.stage.read_all("inbox")] == ["unconfirmed"]
    press(browser, "a.act")
    wait_for_text(browser, "At the counter")
    assert browser.find_element(By.ID, "f-email").get_attribute("value") == ""
    assert browser.current_url == f"{desk.address}/counter/sign-up"
    browser.delete_all_cookies()
    assert list_complaints(browser) == []


def test_a_call_is_taken_by_the_keyboard_alone(desk, open_browser):
    browser = open_browser()
    enter(browser, desk)
    open_page(browser, f"{desk.address}/telephone")
    browser.find_element(By.ID, "f-email").send_keys("ana@example.org", Keys.TAB, "+1 212 555 0100", Keys.TAB)
    browser.switch_to.active_element.send_keys(Keys.SPACE, Keys.TAB)  # the consent
    browser.switch_to.active_element.send_keys(Keys.SPACE, Keys.TAB)  # how they found us, then the score
    browser.switch_to.active_element.send_keys(Keys.SPACE, Keys.ENTER)
    wait_for_text(browser, "An email is on its way")
    assert [row["state"]["S"] for row in desk.stage.read_all("inbox")] == ["unconfirmed"]
    browser.delete_all_cookies()
    assert list_complaints(browser) == []


@pytest.mark.parametrize(("width", "scheme", "language"), LOOKS)
def test_pages_fit_and_can_be_read(desk, open_browser, take_shot, width, scheme, language):
    browser = open_browser()
    prefer(browser, scheme)
    enter(browser, desk, language=language)
    for page in ("counter", "counter/pre-order", "counter/survey", "counter/warranty", "telephone"):
        open_page(browser, f"{desk.address}/{page}?speak={language}", width)
        look(browser, take_shot, f"{page.replace('/', '-')}-{language}-{width}-{scheme}", width)
    open_page(browser, f"{desk.address}/counter/sign-up?speak={language}", width)
    press(browser, ".way button")
    WebDriverWait(browser, 15).until(lambda _: browser.find_elements(By.CSS_SELECTOR, ".summary"))
    look(browser, take_shot, f"counter-faults-{language}-{width}-{scheme}", width)
    fill(browser, "email", f"ana-{language}@example.org")
    browser.find_element(By.ID, "f-consent_marketing").click()
    press(browser, ".way button")
    WebDriverWait(browser, 15).until(lambda _: browser.find_elements(By.CSS_SELECTOR, ".number"))
    look(browser, take_shot, f"counter-kept-{language}-{width}-{scheme}", width)
    assert read_title(browser)
    prefer(browser, "")
    browser.delete_all_cookies()
    assert [line for line in list_complaints(browser) if "422" not in line] == []
