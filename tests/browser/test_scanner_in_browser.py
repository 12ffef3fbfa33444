"""A mail gateway's own browser: it runs scripts, presses every button and follows every link, and types nothing.

SECONDS=120 lets it go on for so long (`make prove-requests`). It begins at the links of a mail about a request; a
letter's unsubscribe button it may press, as RFC 8058 has it, which is why no letter is where it begins.
"""

import contextlib
import time

from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By

from chalicelib.models import RequestKind
from tests.builders.links import name_page, put_request, put_result, read_inbox
from tests.builders.privacy import PACKAGE, put_package, put_receipt
from tests.builders.shop import a_submission
from tests.proofs.requests import freeze_tables, read_size

SECONDS = read_size("SECONDS", 10)


def list_links(browser, site):
    """Return the addresses of our own that a page leads to."""
    found = [each.get_attribute("href") or "" for each in browser.find_elements(By.TAG_NAME, "a")]
    return [address.partition("#")[0] for address in found if address.startswith(site)]


PRESS = """
const found = [...document.querySelectorAll('button, input[type=radio], input[type=checkbox]')];
const node = found[arguments[0]];
if (node) { node.click(); if (node.tagName !== 'BUTTON') document.querySelector('button').click(); }
return found.length;
"""


def press_all(browser, address):
    """LinkRequest each of a page's buttons, and each of its answers with the button after it; return how many."""
    browser.get(address)
    count = browser.execute_script(PRESS, 0)
    for number in range(1, count):
        browser.get(address)
        browser.execute_script(PRESS, number)
    return count


def test_a_browser_that_presses_everything_and_types_nothing_changes_nothing(site, shop, tables, open_browser):
    shop.take(a_submission(email="asha.rao@example.com", name="Asha Rao"))
    tokens = [put_request(tables, kind.value) for kind in RequestKind]
    put_receipt(tables, tokens[2])
    put_package(tables, tokens[0], PACKAGE)
    put_result(tables, tokens[3], request="restrict")
    waiting = [f"{site}/privacy/confirm/{token}" for token in tokens]
    waiting += [f"{site}/privacy/results/{name_page(tables, token)}" for token in tokens]
    before = freeze_tables(tables, ("customers", "keys", "links"))
    browser = open_browser()
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "deny"})
    seen, pressed, end = set(), 0, time.monotonic() + SECONDS
    while waiting and time.monotonic() < end:
        address = waiting.pop(0)
        if address in seen or "/forms/" in address:
            continue
        seen.add(address)
        with contextlib.suppress(WebDriverException):  # a denied download, or the driver between two pages
            pressed += press_all(browser, address)
            browser.get(address)
            waiting += list_links(browser, site)

    assert freeze_tables(tables, ("customers", "keys", "links")) == before
    assert [topic for topic, _ in read_inbox(shop)] == []
    assert len(seen) >= 10
    assert pressed >= 5
    print(f"\n{len(seen)} pages opened, {pressed} buttons and answers pressed in a browser: 0 changes, 0 tries spent")
