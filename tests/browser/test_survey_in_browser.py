"""A survey as its customer meets it: a number is pressed in the mail of a local run, and no second mail asks again."""

import base64
import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest
from selenium.common.exceptions import NoSuchElementException
from selenium.webdriver.common.by import By

from infra.local.keys import sender_secret
from infra.places import ROOT
from tests.browser.pages import list_complaints, open_page, press, read_title
from tests.builders.local_run import end_run, start_run

EMAIL = "asel@example.org"
ORDER = {
    "email": EMAIL,
    "currency": "USD",
    "total_price": "24.00",
    "financial_status": "paid",
    "line_items": [{"id": 1, "title": "Tea", "quantity": 2, "price": "12.00"}],
    "customer": {"id": 7, "email": EMAIL},
}
JSON = {"Content-Type": "application/json"}
SHOPIFY = {"X-Shopify-Topic": "orders/create", "X-Shopify-Shop-Domain": "corner-shop.example"}


@pytest.fixture
def running(tmp_path):
    """Start a stack."""
    started = start_run(tmp_path)
    yield started
    assert end_run(started) == 0


def run_command(running, *command):
    """Run one of the project's commands against the stack; return what it prints."""
    environ = {**os.environ, "LOCAL_FOLDER": str(running.folder)}
    ran = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, env=environ, capture_output=True, text=True)
    return ran.stdout if ran.returncode == 0 else ""


def post(running, path, body, **headers):
    request = urllib.request.Request(f"{running.state['url']}{path}", body, {**JSON, **headers})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 202


def buy(running, number, at):
    """Post a signed order, and wait until it is in the customer's record."""
    body = json.dumps({**ORDER, "id": number, "created_at": at.isoformat(), "updated_at": at.isoformat()}).encode()
    signature = base64.b64encode(hmac.digest(sender_secret("shopify").encode(), body, hashlib.sha256)).decode()
    post(running, "/hooks/shopify", body, **SHOPIFY, **{"X-Shopify-Hmac-SHA256": signature})
    running.wait_until(lambda: f"corner-shop.example:{number}" in show_customer(running))


def show_customer(running):
    return run_command(running, "infra.staff.customer", "--email", EMAIL)


def count_due(running):
    """Return how many invitations the next days would bring, sent or capped."""
    found = re.search(r"^survey-invitation +(\d+)", run_command(running, "infra.staff.simulate", "60"), re.MULTILINE)
    return int(found[1])


def find_weekday(moment):
    """Return noon of the first working day from then on, when marketing may go out."""
    while moment.weekday() > 4:
        moment += timedelta(days=1)
    return moment.replace(hour=12, minute=0, second=0, microsecond=0)


def open_invitation(running, browser):
    """Open the invitation in the mailbox; return whether it is there."""
    run_command(running, "infra.local.fire", "plan_mails", "")
    open_page(browser, running.state["mailbox"])
    try:
        browser.find_element(By.LINK_TEXT, "How are we doing?").click()
    except NoSuchElementException:
        return False
    return True


def test_a_nine_pressed_in_the_mail_is_an_answer_after_which_nobody_asks_again(running, open_browser, take_shot):
    bought = datetime.now(UTC)
    ordered = {"item": "Tea", "quantity": 1, "name": "Асель", "email": EMAIL, "consent_marketing": "yes"}
    post(running, "/forms/pre-order", json.dumps(ordered).encode())
    buy(running, 1, bought)
    later = find_weekday(bought + timedelta(days=15))
    assert run_command(running, "infra.local.clock", f"{later:%Y-%m-%dT%H:%M:%SZ}")
    buy(running, 2, later)  # a new reason to ask, once this one is over
    browser = open_browser(scripts=False)
    running.wait_until(lambda: open_invitation(running, browser))

    browser.switch_to.frame(browser.find_element(By.TAG_NAME, "iframe"))
    assert [mark.text for mark in browser.find_elements(By.CSS_SELECTOR, ".mark")] == [str(n) for n in range(11)]
    mailbox = browser.current_window_handle
    browser.find_element(By.CSS_SELECTOR, "[aria-label^='9 of 10']").click()
    [page] = set(browser.window_handles) - {mailbox}
    browser.switch_to.window(page)
    take_shot(browser, "survey-answer-phone")
    assert browser.find_element(By.CSS_SELECTOR, "input[name=score]:checked").get_attribute("value") == "9"
    assert browser.find_elements(By.CSS_SELECTOR, "[name=email], [name=name], [name=phone]") == []
    assert list_complaints(browser) == []
    assert count_due(running) == 1
    told = show_customer(running).replace("survey-invitation", "").replace("short survey", "")  # of the consent
    assert "survey" not in told

    browser.find_element(By.NAME, "why").send_keys("Good tea")
    time.sleep(2.1)  # faster is for machines
    press(browser, "button[type=submit]")
    assert read_title(browser) == "Thank you for your answer"
    browser.close()
    browser.switch_to.window(mailbox)
    running.wait_until(lambda: "Good tea" in show_customer(running))
    assert count_due(running) == 0
