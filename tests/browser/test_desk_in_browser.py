"""The desk as the shop's people meet it, with Chromium's virtual authenticator: joining, signing in, dismissing."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from chalicelib.erasure.run import advance_erasures
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
from tests.browser.pages import LOOKS, list_complaints, open_page, prefer, press, read_title
from tests.builders.entries import an_entry
from tests.builders.orders import an_order
from tests.builders.shop import NOW, Shop, a_submission


@pytest.fixture
def desk(tables, monkeypatch, tmp_path):
    """Serve the desk; `desk.address` is its address, by a name."""
    with serve_desk(tables, monkeypatch, Shop(tables, tmp_path)) as opened:
        yield opened


def test_from_invitation_to_dismissal(desk, open_browser, take_shot):
    browser = open_browser()
    with hold_device(browser):
        join(browser, desk, desk.invite("owner", "Mara Lind") + "?lang=en")
        assert "second passkey" in browser.page_source
        browser.remove_all_credentials()  # the second passkey is on another device
        click(browser, "Add a passkey")
        WebDriverWait(browser, 15).until(lambda _: "Please make a second" not in browser.page_source)
        assert len(browser.find_elements(By.CSS_SELECTOR, "section[aria-labelledby=passkeys] .things li")) == 2
        sign_out(browser)
        assert read_title(browser) == "Sign in"
        sign_in(browser, desk)
        assert read_title(browser) == "Today"
        owner_cookies, owner_keys = browser.get_cookies(), browser.get_credentials()
        assert [each["secure"] and each["httpOnly"] for each in owner_cookies if each["name"] == "__Host-desk"] == [
            True
        ]

        open_page(browser, desk.address + "/staff")
        browser.find_element(By.ID, "f-name").send_keys("Ben Okafor", Keys.ENTER)
        WebDriverWait(browser, 15).until(lambda _: browser.find_elements(By.ID, "f-link"))
        link = browser.find_element(By.ID, "f-link").get_attribute("value")

        browser.delete_all_cookies()
        browser.remove_all_credentials()
        join(browser, desk, link.removeprefix(desk.address) + "?lang=en")
        bens = browser.get_cookies()
        open_page(browser, desk.address + "/staff")
        assert "You are not allowed to do this" in read_title(browser)

        browser.delete_all_cookies()
        browser.remove_all_credentials()
        for credential in owner_keys:
            browser.add_credential(credential)
        sign_in(browser, desk)
        desk.wait(minutes=6)
        open_page(browser, desk.address + "/staff")
        browser.find_element(By.PARTIAL_LINK_TEXT, "Ben Okafor").click()
        click(browser, "Dismiss now")
        wait_for(browser, "/touch")
        take_shot(browser, "desk-touch")
        click(browser, "Show my passkey")
        WebDriverWait(browser, 15).until(lambda _: read_title(browser) == "Ben Okafor")
        click(browser, "Dismiss now")
        wait_for(browser, "/staff")
        assert "dismissed" in browser.page_source

        browser.delete_all_cookies()
        give_cookie(browser, next(each["value"] for each in bens if each["name"] == "__Host-desk"))
        open_page(browser, desk.address + "/")
        assert "/sign-in" in browser.current_url
    assert [line for line in list_complaints(browser) if "403" not in line] == []


PAGES = ("/", "/today", "/account", "/staff", "/staff/{me}", "/touch")


@pytest.mark.parametrize(("width", "scheme", "language"), LOOKS)
def test_pages_fit_and_can_be_read(desk, open_browser, take_shot, width, scheme, language):
    browser, named = open_browser(), f"{language}-{width}-{scheme}"
    prefer(browser, scheme)
    owner = desk.hire("owner", "Mara Lind")
    desk.hire("staff", "Ben Okafor").post("/account/sign-out-everywhere")
    desk.invite("viewer", "Әсел Бекова")
    owner.post("/account/language", language=language)
    open_page(browser, f"{desk.address}/sign-in?lang={language}", width)
    look(browser, take_shot, f"sign-in-{named}", width)
    open_page(browser, f"{desk.address}{desk.invite('staff', 'Ben Okafor')}?lang={language}", width)
    look(browser, take_shot, f"join-{named}", width)
    give_cookie(browser, owner.cookies["__Host-desk"])
    for page in PAGES:
        open_page(browser, desk.address + page.replace("{me}", owner.staff_id), width)
        assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == language
        look(browser, take_shot, f"{page.strip('/').split('/')[0]}{page.count('/')}-{named}", width)
    browser.find_element(By.CSS_SELECTOR, "nav summary").click()
    look(browser, take_shot, f"menu-{named}", width)
    prefer(browser, "")
    browser.delete_all_cookies()
    assert list_complaints(browser) == []


@pytest.mark.parametrize(
    ("width", "scheme", "language"), [(320, "dark", "fa"), (390, "light", "en"), (1280, "dark", "en")]
)
def test_from_finding_somebody_to_the_receipt(desk, open_browser, take_shot, width, scheme, language):
    browser, shop = open_browser(), desk.shop
    prefer(browser, scheme)
    yes = {"purpose": "marketing", "words": "Yes, please.", "words_version": "2026-01-01", "language": "en"}
    asha = "asha@example.com"
    for said in (
        a_submission(email=asha, phone="2025550123", name="Asha Rao", consents=[yes]),
        an_entry(email=asha, at=NOW),
        an_entry("warranty", email=asha, at=NOW, purchased_on="2026-02-01"),
        an_order(asha, at=NOW),
    ):
        shop.take(said)
    staff = desk.hire("staff", "Ben Okafor")
    staff.post("/account/language", language=language)
    open_page(browser, f"{desk.address}/sign-in", width)
    give_cookie(browser, staff.cookies["__Host-desk"])
    named = f"{language}-{width}-{scheme}"

    open_page(browser, f"{desk.address}/find", width)
    browser.find_element(By.ID, "f-typed").send_keys("+1 202 555 0199", Keys.ENTER)
    WebDriverWait(browser, 15).until(lambda _: browser.find_elements(By.ID, "nobody"))
    look(browser, take_shot, f"nobody-{named}", width)
    browser.find_element(By.ID, "f-typed").clear()
    browser.find_element(By.ID, "f-typed").send_keys("(202) 555-0123", Keys.ENTER)
    WebDriverWait(browser, 15).until(lambda _: browser.find_elements(By.ID, "hits"))
    look(browser, take_shot, f"hits-{named}", width)
    press(browser, ".opens button")
    WebDriverWait(browser, 15).until(lambda _: read_title(browser) == "Asha Rao")
    browser.find_element(By.ID, "f-note").send_keys("Owes us a kettle")
    browser.find_element(By.NAME, "warn").click()
    press(browser, "form[action$='/note'] button")
    WebDriverWait(browser, 15).until(lambda _: browser.find_elements(By.CSS_SELECTOR, "main > .summary"))
    look(browser, take_shot, f"person-{named}", width)
    browser.find_element(By.XPATH, "//details[.//form[contains(@action, '/groups')]]/summary").click()
    press(browser, "form[action$='/groups'] button")
    WebDriverWait(browser, 15).until(lambda _: browser.find_elements(By.CSS_SELECTOR, "main h2"))
    look(browser, take_shot, f"groups-{named}", width)
    open_page(browser, browser.current_url.removesuffix("/groups"), width)
    press(browser, ".opens button")
    WebDriverWait(browser, 15).until(lambda _: browser.find_elements(By.CSS_SELECTOR, "button.grave"))
    browser.find_element(By.XPATH, "//details[.//button[@class='grave']]/summary").click()
    press(browser, "button.grave")
    WebDriverWait(browser, 15).until(lambda _: "/erasures/" in browser.current_url)
    look(browser, take_shot, f"erasure-{named}", width)
    advance_erasures(desk.services, desk.now)
    press(browser, "a.act")
    WebDriverWait(browser, 15).until(lambda _: browser.find_elements(By.CSS_SELECTOR, ".receipt"))
    look(browser, take_shot, f"receipt-{named}", width)
    assert "@" not in browser.current_url
    prefer(browser, "")
    browser.delete_all_cookies()
    assert list_complaints(browser) == []


def test_the_keyboard_alone_signs_in_and_invites(desk, open_browser):
    browser = open_browser()
    with hold_device(browser):
        join(browser, desk, desk.invite("owner", "Mara Lind") + "?lang=en")
        sign_out(browser)
        reach(browser, "button", "Sign in with your passkey").send_keys(Keys.ENTER)
        wait_for(browser, "/today")
        reach(browser, "summary", "More").send_keys(Keys.ENTER)
        reach(browser, "a", "Staff").send_keys(Keys.ENTER)
        wait_for(browser, "/staff")
        reach(browser, "input", "").send_keys("Ben Okafor")
        reach(browser, "button", "Make the invitation").send_keys(Keys.ENTER)
        WebDriverWait(browser, 15).until(lambda _: browser.find_elements(By.ID, "f-link"))


def test_the_keyboard_alone_finds_somebody_writes_a_note_and_forgets(desk, open_browser):
    browser = open_browser()
    desk.shop.take(a_submission(email="asha@example.com", phone="2025550123", name="Asha Rao"))
    open_page(browser, f"{desk.address}/sign-in")
    give_cookie(browser, desk.hire("staff", "Ben Okafor").cookies["__Host-desk"])
    open_page(browser, f"{desk.address}/today")
    reach(browser, "a", "Find").send_keys(Keys.ENTER)
    wait_for(browser, "/find")
    browser.switch_to.active_element.send_keys("(202) 555-0123", Keys.ENTER)  # the box has the focus already
    WebDriverWait(browser, 15).until(lambda _: browser.find_elements(By.ID, "hits"))
    reach(browser, "select", "").send_keys("a reque")  # the reason, by its first letters
    reach(browser, "button", "Open").send_keys(Keys.ENTER)
    WebDriverWait(browser, 15).until(lambda _: read_title(browser) == "Asha Rao")
    assert "A request about their data" in browser.page_source.rpartition("Who opened this record")[2]
    reach(browser, "textarea", "").send_keys("Owes us a kettle", Keys.TAB)
    browser.switch_to.active_element.send_keys(Keys.SPACE)
    reach(browser, "button", "Add the note").send_keys(Keys.ENTER)
    WebDriverWait(browser, 15).until(lambda _: browser.find_elements(By.CSS_SELECTOR, "main > .summary"))
    reach(browser, "summary", "Delete this customer").send_keys(Keys.ENTER)
    reach(browser, "button", "Delete permanently").send_keys(Keys.ENTER)
    WebDriverWait(browser, 15).until(lambda _: "/erasures/" in browser.current_url)
    browser.delete_all_cookies()


def reach(browser, tag, words):
    """Press Tab until an element of these words has the focus, which must be seen."""
    for _ in range(40):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        active = browser.switch_to.active_element
        if active.tag_name == tag and words in active.text:
            assert browser.execute_script("return getComputedStyle(arguments[0]).outlineStyle", active) != "none"
            return active
    pytest.fail(f"Tab reaches no {tag} {words}")


def test_without_a_script_the_page_says_so_and_the_rest_works(desk, open_browser):
    browser = open_browser(scripts=False)
    owner = desk.hire("owner", "Mara Lind")
    open_page(browser, f"{desk.address}/sign-in?lang=en")
    assert "Signing in needs JavaScript" in browser.find_element(By.TAG_NAME, "main").text
    give_cookie(browser, owner.cookies["__Host-desk"])
    open_page(browser, f"{desk.address}/staff")
    browser.find_element(By.ID, "f-name").send_keys("Ben Okafor")
    press(browser, "section[aria-labelledby=invite] button")
    assert "/join/" in browser.find_element(By.ID, "f-link").get_attribute("value")
    open_page(browser, f"{desk.address}/account")
    sign_out(browser)
    assert read_title(browser) == "Sign in"
    browser.delete_all_cookies()


def test_an_older_browser_without_the_json_forms_signs_in(desk, open_browser):
    browser = open_browser()
    gone = ("parseCreationOptionsFromJSON", "parseRequestOptionsFromJSON", "prototype.toJSON")
    older = "".join(f"delete PublicKeyCredential.{name};" for name in gone)
    added = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": older})
    try:
        with hold_device(browser):
            join(browser, desk, desk.invite("owner", "Mara Lind") + "?lang=en")
            sign_out(browser)
            sign_in(browser, desk)
            assert read_title(browser) == "Today"
            assert browser.execute_script("return 'toJSON' in PublicKeyCredential.prototype") is False
    finally:
        browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)


def test_a_refusal_of_the_person_is_said_and_the_button_works_again(desk, open_browser):
    browser = open_browser()
    with hold_device(browser):
        open_page(browser, f"{desk.address}/sign-in?lang=en")
        click(browser, "Sign in with your passkey")  # there is none yet: the browser refuses
        fault = browser.find_element(By.CSS_SELECTOR, "[role=alert]")
        WebDriverWait(browser, 15).until(lambda _: "did not work" in fault.text)
        assert browser.find_element(By.CSS_SELECTOR, "main button").get_attribute("aria-disabled") is None
