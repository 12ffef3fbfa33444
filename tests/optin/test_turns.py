"""Mails that strangers can cause are capped by mailbox, network, form and in all, and delay no honest sign-up long."""

import logging
from collections import Counter
from datetime import timedelta

import pytest

from chalicelib.addresses import fold_mailbox
from chalicelib.optin.ask import ask_waiting
from chalicelib.optin.turns import open_allowance
from chalicelib.settling.dispatch import settle_item
from chalicelib.shop.limits import MOST_A_RUN, MOST_OF_A_FORM, NETWORK_CAPS
from chalicelib.shop.unasked import is_unasked
from chalicelib.store.inbox import Inbox
from tests.builders.mails import Post
from tests.builders.optin import DAY, HOUR, MINUTE, START, a_sign_up, press, read_token

NETWORK_HOUR = NETWORK_CAPS[0][1]
SPELLINGS = (
    "victim@gmail.com",
    "vic.tim@gmail.com",
    "v.i.c.t.i.m+1@gmail.com",
    "Victim+Offers@GoogleMail.com",
    "VICTIM@gmail.com",
    "victim+a+b@gmail.com",
)


def post_one(shop, email, network="203.0.113.0/24", at=START, form="sign-up"):
    """Post a form that asks to confirm, from a network, and settle it."""
    submission = a_sign_up(email, at, form).model_copy(update={"network": network, "idempotency_key": f"{email}{at}"})
    key = shop.accept(submission)
    assert settle_item(key, shop.services(), at) == "unconfirmed"
    return key


def ask_for(shop, post, minutes, start=START):
    """Run every minute for a while; return the counts together."""
    counts = Counter()
    services = shop.services(post)
    for minute in range(minutes):
        counts.update(ask_waiting(services, start + minute * MINUTE))
    return counts


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_spellings_of_one_mailbox_are_counted_as_one(spelling):
    assert fold_mailbox(spelling) == "victim@gmail.com"


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("asel+x@example.org", "asel@example.org"),
        ("as.el@example.org", "as.el@example.org"),
        ("a_s-e.l@pm.me", "asel@proton.me"),
        ("shop@asel.fastmail.com", "asel@fastmail.com"),
        ("asel-shop@yahoo.co.uk", "asel@yahoo.co.uk"),
        ("asel-shop@example.org", "asel-shop@example.org"),
        ("asel@ya.ru", "asel@yandex.ru"),
        ("asel@me.com", "asel@icloud.com"),
        ("asel@Bücher.example", "asel@xn--bcher-kva.example"),
        ("+tag@example.org", "+tag@example.org"),
        ("no address", ""),
    ],
)
def test_only_what_a_provider_ignores_is_left_out(typed, folded):
    assert fold_mailbox(typed) == folded


def test_one_mailbox_in_many_spellings_from_many_networks_gets_three_mails_a_day(shop):
    post = Post()
    for number in range(40):
        post_one(shop, f"victim+{number}@gmail.com", f"198.51.{number}.0/24")
    for hour in range(24):
        ask_for(shop, post, 2, START + hour * HOUR)
    assert len(post.sent) == 3


def test_a_no_of_one_spelling_counts_for_all(shop):
    post = Post()
    post_one(shop, "victim+1@gmail.com")
    ask_for(shop, post, 1)
    press(shop, read_token(post), "no")
    post_one(shop, "vic.tim@gmail.com", at=START + DAY)
    assert ask_for(shop, post, 1, START + DAY) == {"unasked": 1}


def test_one_network_causes_so_many_mails_an_hour_and_the_rest_waits_its_turn(shop):
    post = Post()
    for number in range(NETWORK_HOUR + 3):
        post_one(shop, f"person{number}@example.org")
    counts = ask_for(shop, post, 5)
    assert (counts["asked"], counts["later"]) == (NETWORK_HOUR, 3)
    assert ask_for(shop, post, 2, START + HOUR) == {"asked": 3}


def test_a_flood_of_one_form_holds_up_no_other_form(shop, caplog):
    post = Post()
    for number in range(MOST_OF_A_FORM + 5):
        post_one(shop, f"person{number}@example.org", f"198.51.{number}.0/24")
    post_one(shop, "honest@example.org", "192.0.2.0/24", form="newsletter")
    with caplog.at_level(logging.WARNING):
        counts = ask_for(shop, post, 1)
    assert counts["asked"] == MOST_OF_A_FORM + 1
    assert "honest@example.org" in {to for to, *_ in post.sent}
    assert ("asks_capped", "form") in {(each.msg, getattr(each, "reason", "")) for each in caplog.records}
    assert ask_for(shop, post, 1, START + MINUTE)["asked"] == 5


def test_one_run_sends_so_many_and_the_oldest_first(shop, caplog):
    post = Post()
    for number in range(MOST_A_RUN + 4):
        form = f"form{number % 4}"
        post_one(shop, f"p{number}@example.org", f"198.51.{number}.0/24", START + timedelta(seconds=number), form)
    with caplog.at_level(logging.WARNING):
        assert ask_for(shop, post, 1, START + MINUTE)["asked"] == MOST_A_RUN
    assert [to for to, *_ in post.sent] == [f"p{number}@example.org" for number in range(MOST_A_RUN)]
    assert "all" in {getattr(each, "reason", "") for each in caplog.records}


def count_asked(shop, sent, bounced):
    services = shop.services()
    for kind, times in (("sent", sent), ("bounced", bounced)):
        for number in range(times):
            services.table.commit_parts([services.ask_reputation.count_mail([kind], f"{kind}{number}", START)])
    return services


def test_dead_addresses_slow_confirmations_and_stop_no_marketing(shop):
    services = count_asked(shop, 110, 110)
    assert not services.reputation.stops_marketing(START)
    assert open_allowance(services, START).most == 1
    for number in range(3):
        post_one(shop, f"person{number}@example.org")
    assert ask_for(shop, Post(), 2)["asked"] == 2
    assert open_allowance(shop.services(), START + 3 * DAY).most == MOST_A_RUN


@pytest.mark.parametrize(("sent", "bounced"), [(19, 19), (100, 20)])
def test_a_few_slips_slow_nothing(shop, sent, bounced):
    assert open_allowance(count_asked(shop, sent, bounced), START).most == MOST_A_RUN


@pytest.mark.parametrize("address", ["postmaster@example.org", "no-reply@example.org", "ABUSE@example.org", "own"])
def test_roles_and_the_shops_own_address_are_not_asked(shop, address):
    own = shop.settings.mail_from
    post_one(shop, own if address == "own" else address)
    post = Post()
    assert ask_for(shop, post, 1) == {"unasked": 1}
    assert post.sent == []


def test_other_roles_may_be_a_firms_only_address():
    assert not is_unasked("info@example.org", "shop@example.org")


def test_a_flood_of_one_form_hides_no_other(shop, monkeypatch):
    """A run lists so many items: those of another form have a list of their own."""
    monkeypatch.setattr(Inbox.list_pending, "__defaults__", ("9999", 20))
    for number in range(25):
        post_one(shop, f"flood{number}@example.org", f"198.51.{number}.0/24", form="sign-up")
    post_one(shop, "honest@example.org", "192.0.2.0/24", START + MINUTE, form="newsletter")
    post = Post()
    ask_waiting(shop.services(post), START + 2 * MINUTE)
    assert "honest@example.org" in [to for to, _, _ in post.sent]
    assert len(post.sent) == 16
