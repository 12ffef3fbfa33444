"""Forms and senders: addresses to copy, last deliveries, a secret that nobody reads, a test that turns green."""

import re

import pytest

from chalicelib.forms.library import list_readable
from chalicelib.senders import SENDERS
from chalicelib.store.deliveries import EVERY
from chalicelib.words import list_languages
from tests.builders.api import open_api
from tests.builders.hooks import post_order
from tests.builders.latin import find_latin

SECRET = "local-shopify-secret"


@pytest.fixture
def mara(taking):
    return taking.hire("owner", "Mara Lind")


def test_each_form_has_its_link_and_the_documented_code_to_copy(desk):
    page = desk.hire("viewer", "Leyla Rahimi").read("/connections")
    base = desk.services.settings.public_url
    for form in list_readable():
        assert f'readonly dir="ltr" value="{base}/forms/{form.name}"' in page
        code = f'<script src="{base}/embed.js" data-form="{form.name}" data-lang="en" async></script>'
        assert code.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;") in page
        assert form.title["en"] in page.replace("&#39;", "'")
    assert page.count("switched on") == len(list_readable())


def test_each_sender_has_its_address_and_last_delivery(desk):
    viewer = desk.hire("viewer", "Leyla Rahimi")
    assert viewer.read("/connections").count("Nothing was accepted yet.") == len(SENDERS)
    desk.services.deliveries.note_accepted("shopify", desk.now)
    desk.services.deliveries.note_refused("stripe", "signature", desk.now)
    page = viewer.read("/connections")
    for sender in SENDERS:
        assert f"{desk.services.settings.public_url}/hooks/{sender}" in page
    assert page.count("Last accepted: ") == 1
    assert "Its signature was wrong or missing" in page
    assert 'href="/connections/shopify"' not in page  # what sets one up is for owners


def test_only_owners_see_the_state_of_a_secret_and_nobody_the_secret(taking, mara):
    page = mara.read("/connections/shopify")
    assert "on file since" in page
    assert SECRET not in page
    assert SECRET not in mara.read("/connections")
    for role in ("staff", "viewer", "till"):
        assert taking.hire(role, "Ben Okafor").get("/connections/shopify").status_code == 403


def test_a_sender_without_a_secret_is_told(taking, mara, cloud):
    ssm, name = cloud.client("ssm"), f"{taking.services.settings.parameter_path}senders/tally"
    ssm.delete_parameter(Name=name)
    try:
        assert "not on file" in mara.read("/connections/tally")
    finally:
        ssm.put_parameter(Name=name, Value="local-tally-secret", Type="String")


def test_an_outage_of_the_parameters_breaks_no_page(taking, mara):
    class Down:
        def get_paginator(self, _):
            from botocore.exceptions import EndpointConnectionError

            raise EndpointConnectionError(endpoint_url="https://ssm.example")

    taking.services.secret_states.client = Down()
    assert "cannot be looked up now" in mara.read("/connections/shopify")


@pytest.mark.parametrize("language", [each for each in list_languages() if each != "en"])
def test_guides_speak_the_language_and_mark_the_english_names_of_menus(taking, mara, language):
    mara.post("/account/language", language=language)
    for sender in SENDERS:
        page = mara.read(f"/connections/{sender}")
        assert page.count("<li>") - page.count("</form></li>") >= 4
        assert '<bdi class="menu" lang="en" dir="ltr">' in page
        main = page.partition("<main")[2].partition("</main>")[0]
        assert find_latin(f'<html lang="{language}"><main{main}</main>', language) == [], sender
    for path in ("/connections", "/connections/shopify/test", "/campaigns", "/campaigns/win-back", "/forecast"):
        answer = mara.get(path)
        if answer.status_code == 303:
            answer = mara.get(answer.headers["Location"])
        main = answer.body.decode().partition("<main")[2].partition("</main>")[0]
        assert find_latin(f'<html lang="{language}"><main{main}</main>', language) == [], path


def wait_for_test(browser, sender="shopify"):
    """Open the page that waits; return its address."""
    answer = browser.get(f"/connections/{sender}/test")
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_a_test_delivery_turns_the_page_green(taking, mara, shop, tables, cloud, monkeypatch):
    here = wait_for_test(mara)
    answer = mara.get(here)
    assert (answer.headers["Refresh"], 'class="good"' in answer.body.decode()) == ("5", False)
    with open_api(shop, tables, cloud, monkeypatch) as api:
        api.millis = taking.millis + 2_000
        assert post_order(api, signature="AAAA").status_code == 401
        taking.wait(seconds=5)
        page = mara.get(here)
        assert "A delivery arrived and was refused" in page.body.decode()
        assert page.headers["Refresh"] == "5"  # the next one may be right
        api.millis = taking.millis
        assert post_order(api).status_code == 202
    taking.wait(seconds=5)
    answer = mara.get(here)
    assert 'class="good"' in answer.body.decode()
    assert "Refresh" not in answer.headers


def test_a_delivery_that_another_one_kept_from_being_noted_turns_the_page_green_too(taking, mara):
    deliveries = taking.services.deliveries
    deliveries.note_accepted("shopify", taking.now)
    taking.wait(seconds=30)
    here = wait_for_test(mara)
    taking.wait(seconds=10)
    deliveries.note_accepted("shopify", taking.now)  # within the same minute: nothing is written
    assert 'class="good"' in mara.read(here)


def test_an_old_delivery_is_no_test(taking, mara):
    taking.services.deliveries.note_accepted("shopify", taking.now)
    taking.wait(seconds=EVERY.total_seconds() + 2)
    assert 'class="good"' not in mara.read(wait_for_test(mara))


def test_a_page_waits_for_ten_minutes_and_no_longer(taking, mara):
    here = wait_for_test(mara)
    taking.wait(minutes=11)
    answer = mara.get(here)
    assert "Refresh" not in answer.headers
    assert "No delivery arrived" in answer.body.decode()


@pytest.mark.parametrize("since", ["", "x", "0", "1700000000", "99999999999", "-1", "9" * 40, "١٢٣"])
def test_a_time_that_cannot_be_begins_anew(taking, mara, since):
    from urllib.parse import quote

    answer = mara.get(f"/connections/shopify/test?since={quote(since)}")
    assert answer.status_code == 303
    assert re.search(r"since=\d{10}$", answer.headers["Location"])


def test_an_unknown_sender_is_no_page(taking, mara):
    assert mara.get("/connections/mailgun").status_code == 404
    assert mara.get("/connections/mailgun/test").status_code == 404
