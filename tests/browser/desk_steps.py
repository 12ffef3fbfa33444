"""What the desk's tests in a browser share: the served desk, an authenticator, joining, signing in."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from selenium.webdriver.common.by import By
from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions
from selenium.webdriver.support.ui import WebDriverWait

from infra.local.gateway import Gateway
from tests.browser.axe import find_violations
from tests.browser.pages import CONTRAST, MEASURE, open_page, press
from tests.builders.desk import open_desk


@contextmanager
def serve_desk(tables, monkeypatch, shop=None) -> Iterator:
    """Serve the desk as its gateway does; `desk.address` is its address, by a name."""
    from chalicelib.desk import console

    with open_desk(tables, monkeypatch, shop) as opened, socket.create_server(("127.0.0.1", 0)) as listener:
        opened.address = f"http://localhost:{listener.getsockname()[1]}"
        opened.services.settings = opened.services.settings.model_copy(update={"desk_url": opened.address})
        monkeypatch.setattr("infra.local.gateway.read_now", lambda: opened.now)
        server = Gateway(console.app, function="desk").open_server(listener)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield opened
        server.shutdown()
        thread.join()


@contextmanager
def hold_device(browser, kind="internal"):
    """Give the browser an authenticator, as a telephone has one."""
    options = VirtualAuthenticatorOptions()
    options.protocol, options.transport = "ctap2", kind
    options.has_resident_key = options.has_user_verification = options.is_user_verified = True
    browser.add_virtual_authenticator(options)
    try:
        yield
    finally:
        browser.remove_virtual_authenticator()
        browser.delete_all_cookies()


def give_cookie(browser, value):
    """Give the browser a session that began elsewhere, in a cookie that no script may read, as the desk sets it."""
    browser.add_cookie({"name": "__Host-desk", "value": value, "secure": True, "httpOnly": True, "path": "/"})


def wait_for(browser, path):
    WebDriverWait(browser, 15).until(lambda _: browser.current_url.split("?")[0].endswith(path))


def click(browser, words):
    """Press the button of these words."""
    buttons = browser.find_elements(By.CSS_SELECTOR, "main button")
    next(each for each in buttons if each.text == words).click()


def join(browser, desk, path):
    open_page(browser, desk.address + path)
    click(browser, "Make my passkey")
    wait_for(browser, "/account")


def sign_out(browser):
    """Unfold what the navigation folds away, and sign out."""
    browser.find_element(By.CSS_SELECTOR, "nav summary").click()
    press(browser, "nav button")


def sign_in(browser, desk):
    open_page(browser, desk.address + "/sign-in?lang=en")
    click(browser, "Sign in with your passkey")
    wait_for(browser, "/today")


def look(browser, take_shot, name, width):
    """Fail where a page is wider than the screen, holds something too small to press, or cannot be read."""
    take_shot(browser, f"desk-{name}")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width, name
    for what, wide, high, inside in browser.execute_script(MEASURE):
        assert inside, (name, what)
        assert min(wide, high) >= 24, (name, what, wide, high)
    assert browser.execute_script(CONTRAST) == [], name
    assert find_violations(browser) == [], name
