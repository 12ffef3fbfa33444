"""Campaigns, forms and senders as staff meet them: stopped and started, counted ahead, connected, tested."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from chalicelib.campaigns.library import list_campaigns
from chalicelib.desk.running import counting
from tests.browser.desk_steps import click, give_cookie, look, serve_desk
from tests.browser.pages import list_complaints, open_page, prefer, read_title
from tests.builders.api import put_parameters
from tests.builders.mails import sign_up
from tests.builders.reports import DAY, a_group
from tests.builders.shop import NOW, Shop

CONNECTIONS = ("connections", "connections/square")
SHOWN = [("en", 390, "light"), ("fa", 390, "dark"), ("en", 1280, "light"), ("fa", 1280, "light")]


@pytest.fixture
def desk(tables, monkeypatch, tmp_path, cloud):
    """Serve the desk of a shop whose campaign did something and whose customers are due."""
    shop = Shop(tables, tmp_path)
    with serve_desk(tables, monkeypatch, shop) as opened:
        ssm = cloud.ssm
        put_parameters(ssm, tables.settings, shop.public_key)
        opened.services.connect = lambda name, _: {"dynamodb": tables.dynamodb, "ssm": ssm}.get(name)
        opened.services.campaigns = list_campaigns(try_out=True)
        opened.millis = int(NOW.timestamp() * 1000)
        for number in range(3):
            sign_up(shop, f"p{number}@example.org")
        facts = [*a_group("sent", 40, returned=18), *a_group("held_out", 40, returned=2, first=100)]
        for fact in facts:
            part = opened.services.facts.write_fact(
                "win-back", fact.kind, fact.mail_id, NOW - 40 * DAY, order=fact.order, **fact.numbers
            )
            opened.services.table.commit_parts([part])
        opened.services.deliveries.note_accepted("shopify", opened.now)
        opened.services.deliveries.note_refused("stripe", "signature", opened.now)
        yield opened


def enter(browser, desk, member, width=390):
    open_page(browser, f"{desk.address}/sign-in", width)
    give_cookie(browser, member.cookies["__Host-desk"])


def wait_until(browser, holds):
    WebDriverWait(browser, 20).until(lambda _: holds())


@pytest.mark.parametrize(("language", "width", "scheme"), SHOWN)
def test_the_pages_fit_and_break_no_rule_of_axe(desk, open_browser, take_shot, language, width, scheme):
    browser, owner = open_browser(), desk.hire("owner", "Mara Lind")
    owner.post("/account/language", language=language)
    owner.post("/campaigns/post-purchase/stop")
    owner.post("/forecast")
    prefer(browser, scheme)
    enter(browser, desk, owner, width)
    pages = (
        "campaigns",
        "campaigns/win-back",
        "campaigns/post-purchase",
        "forecast",
        "connections",
        "connections/square",
    )
    for page in pages:
        open_page(browser, f"{desk.address}/{page}", width)
        browser.execute_script("for (const each of document.querySelectorAll('details')) each.open = true")
        look(browser, take_shot, f"{page.replace('/', '-')}-{language}-{width}-{scheme}", width)
    open_page(browser, f"{desk.address}/connections/stripe/test", width)
    look(browser, take_shot, f"failed-{language}-{width}-{scheme}", width)
    open_page(browser, f"{desk.address}/connections/shopify/test", width)
    look(browser, take_shot, f"arrived-{language}-{width}-{scheme}", width)
    open_page(browser, f"{desk.address}/connections/tally/test", width)
    look(browser, take_shot, f"waiting-{language}-{width}-{scheme}", width)
    prefer(browser, "")
    browser.delete_all_cookies()
    assert list_complaints(browser) == []


def test_without_a_script_a_campaign_is_stopped_counted_ahead_and_a_sender_tested(
    desk, open_browser, take_shot, monkeypatch
):
    monkeypatch.setattr(counting, "BATCH", 1)
    monkeypatch.setattr(counting, "STEP", 0)
    browser, owner = open_browser(scripts=False), desk.hire("owner", "Mara Lind")
    enter(browser, desk, owner)
    open_page(browser, f"{desk.address}/campaigns", 390)
    browser.find_element(By.PARTIAL_LINK_TEXT, "welcome").click()
    wait_until(browser, lambda: "welcome" in read_title(browser))
    click(browser, "Stop this campaign")
    wait_until(browser, lambda: "Mara Lind" in browser.find_element(By.CSS_SELECTOR, "section[role=status]").text)
    assert set(desk.services.halts.read_halts(["welcome"])) == {"welcome"}
    click(browser, "Start it again")
    wait_until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, "form[action$='/stop']"))
    assert desk.services.halts.read_halts(["welcome"]) == {}

    open_page(browser, f"{desk.address}/forecast", 390)
    click(browser, "Count now")
    wait_until(browser, lambda: browser.find_elements(By.TAG_NAME, "progress"))
    take_shot(browser, "desk-forecast-counting")
    wait_until(browser, lambda: browser.find_elements(By.TAG_NAME, "tfoot"))

    open_page(browser, f"{desk.address}/connections", 390)
    field = browser.find_element(By.ID, "c-sign-up")
    assert field.get_attribute("readonly") == "true"
    assert 'data-form="sign-up"' in field.get_attribute("value")
    open_page(browser, f"{desk.address}/connections/tally/test", 390)
    assert "Waiting for a delivery" in browser.find_element(By.TAG_NAME, "main").text
    desk.services.deliveries.note_accepted("tally", desk.now)
    wait_until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, ".good"))  # by itself
    browser.delete_all_cookies()
