"""Double opt-in as its user meets it, on a telephone: the form, the mail, the page behind its button, and the yes."""

import time
from datetime import UTC, datetime

import pytest
from selenium.webdriver.common.by import By

from chalicelib.forms.library import find_form
from chalicelib.models import ConsentState
from chalicelib.optin.ask import ask_waiting
from chalicelib.settling.dispatch import sweep_inbox
from tests.browser.pages import list_complaints, open_page, press, read_title
from tests.builders.mails import Post

PHONE = 360
EMAIL = "asel@example.org"


def fits(browser):
    """Tell whether a page needs no scrolling sideways."""
    return browser.execute_script("return document.documentElement.scrollWidth") <= PHONE


def settle(shop):
    """Settle what waits, as the sweeper does a little later."""
    return sweep_inbox(shop.services(), datetime.fromtimestamp(time.time() + 120, UTC))


@pytest.mark.parametrize("language", ["kk", "fa"])
def test_nobody_is_known_before_the_button_in_the_mail_is_pressed(
    site, shop, open_browser, take_shot, tmp_path, language
):
    browser = open_page(open_browser(scripts=False), f"{site}/forms/newsletter?lang={language}", PHONE)
    take_shot(browser, f"optin-{language}-1-form")
    browser.find_element(By.NAME, "email").send_keys(EMAIL)
    browser.find_element(By.CSS_SELECTOR, ".consent").click()
    time.sleep(2.1)  # faster is for machines
    press(browser)
    assert read_title(browser) == find_form("newsletter").thanks_title[language]
    assert fits(browser)
    take_shot(browser, f"optin-{language}-2-thanks")

    assert settle(shop) == {"unconfirmed": 1}
    post = Post()
    services = shop.services(post)
    services.settings = services.settings.model_copy(update={"public_url": site})  # where the mail's link leads
    assert ask_waiting(services, datetime.now(UTC)) == {"asked": 1}
    [(to, mail, _)] = post.sent
    assert to == EMAIL
    page = tmp_path / "mail.html"
    page.write_text(mail.html, "utf-8")
    open_page(browser, page.as_uri(), PHONE)
    assert fits(browser)
    take_shot(browser, f"optin-{language}-3-mail")

    press(browser, "a[href*='/confirm/']")
    assert fits(browser)
    assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == language
    take_shot(browser, f"optin-{language}-4-question")
    asked = read_title(browser)
    assert settle(shop) == {}
    assert shop.list_customers() == []

    press(browser, "button[value=yes]")
    assert read_title(browser) != asked
    assert fits(browser)
    take_shot(browser, f"optin-{language}-5-done")
    assert settle(shop) == {"settled": 1}
    consent = shop.read_profile(EMAIL).consents["marketing"]
    assert (consent.state, consent.grade, consent.language) == (ConsentState.GIVEN, "confirmed", language)
    assert list_complaints(browser) == []
