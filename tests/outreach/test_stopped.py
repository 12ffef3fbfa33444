"""While marketing is stopped, offers wait and mails about orders go out."""

from datetime import timedelta

import pytest

from chalicelib.campaigns.library import list_campaigns
from chalicelib.models import MailState, Submission, Trust
from chalicelib.outreach.decide import handle_customer
from chalicelib.outreach.reconcile import reconcile_mails
from chalicelib.outreach.send import UNKNOWN_FOR
from chalicelib.settling.dispatch import settle_item
from chalicelib.store.reputation import Rates
from chalicelib.strictjson import dump_json
from tests.builders.campaigns import a_campaign
from tests.builders.mails import CONSENT, DUE, Post, sign_up
from tests.builders.orders import an_order
from tests.builders.shop import NOW, a_submission


@pytest.mark.parametrize(
    ("sent", "bounced", "complained", "stops"),
    [(99, 50, 50, False), (100, 3, 0, False), (100, 4, 0, True), (1_250, 0, 1, False), (1_250, 0, 2, True)],
)
def test_marketing_stops_before_amazon_would_look(sent, bounced, complained, stops):
    assert Rates(sent, bounced, complained).stops_marketing is stops


def test_bounces_stop_marketing_and_nothing_is_lost_by_it(shop):
    post = Post()
    services = shop.services(post)
    customer = sign_up(shop)
    counts = [services.reputation.count_mail(["sent"], f"{n}", DUE) for n in range(4)] * 25
    counts += [services.reputation.count_mail(["bounced"], f"{n}", DUE) for n in range(4)]
    for part in counts:
        services.people.table.commit_parts([part])

    assert handle_customer(customer, services, DUE) == "stopped"
    assert post.sent == []

    later = DUE + timedelta(days=7)
    assert handle_customer(customer, services, later) == "sent"


STOPPED = Rates(sent=100, bounced=4, complained=0)

ON_ORDER = {
    "kind": "transactional",
    "template": "pre-order-shipped",
    "offer": None,
    "when": {"trigger": "after-purchase", "days": 7},
}


def stop_marketing(services, at):
    """Let so many mails have bounced that marketing has to wait."""
    services.reputation.rates, services.reputation.read_at = STOPPED, at


def test_word_that_a_preorder_left_goes_to_who_said_no_to_advertising_and_offers_no_way_out(shop):
    customer, post = sign_up(shop), Post()
    shop.take(a_submission(email="asel@example.org", at=NOW, consents=[{**CONSENT, "state": "withdrawn"}]))
    told = {"type": "pre-order.shipped", "data": {"email": "asel@example.org", "order": "A-17"}}
    shipped = Submission(
        sender="webhooks",
        topic="pre-order.shipped",
        trust=Trust.SIGNED,
        received_at=DUE,
        occurred_at=DUE,
        body=dump_json(told),
    )
    shop.take(shipped)
    services = shop.services(post, *list_campaigns())

    assert [handle_customer(customer, services, DUE + timedelta(seconds=2)) for _ in range(2)] == ["sent", "not due"]
    [(to, mail, _)] = post.sent
    assert (to, mail.subject, mail.headers) == ("asel@example.org", "Your pre-order is on its way", {})
    assert "/unsubscribe/" not in mail.html + mail.text
    assert "It is not advertising." in mail.text
    assert "1 Market Square" in mail.text


def test_stopped_offer_does_not_hold_up_the_word_on_an_order(shop):
    customer, post = sign_up(shop), Post()
    settle_item(shop.accept(an_order("asel@example.org", at=NOW)), shop.services(), NOW)
    services = shop.services(post, a_campaign("a-welcome"), a_campaign("shipped", **ON_ORDER))
    stop_marketing(services, DUE)

    assert [handle_customer(customer, services, DUE) for _ in range(2)] == ["sent", "stopped"]
    assert [mail.campaign for mail in services.mails.list_mails(customer)] == ["shipped"]


def test_what_waits_to_be_tried_again_does_not_hold_up_the_word_on_an_order(shop):
    customer, post = sign_up(shop), Post("throttled")
    settle_item(shop.accept(an_order("asel@example.org", at=NOW)), shop.services(), NOW)
    campaigns = a_campaign("a-welcome"), a_campaign("shipped", **ON_ORDER)
    services = shop.services(post, *campaigns)
    assert handle_customer(customer, services, DUE) == "throttled"
    later = DUE + timedelta(minutes=6)
    stop_marketing(services, later)

    assert [handle_customer(customer, services, later) for _ in range(2)] == ["sent", "not due"]
    states = {mail.campaign: mail.state for mail in services.mails.list_mails(customer)}
    assert states == {"a-welcome": MailState.THROTTLED, "shipped": MailState.SENT}


def test_offer_that_ses_did_not_take_is_not_tried_again_while_marketing_is_stopped(shop):
    customer, post = sign_up(shop), Post("throttled")
    services = shop.services(post)
    handle_customer(customer, services, DUE)
    later = DUE + UNKNOWN_FOR * 2
    stop_marketing(services, later)

    assert reconcile_mails(services, later) == {"not due": 1}
    assert len(post.sent) == 1
    assert reconcile_mails(services, later + timedelta(days=8)) == {"sent": 1}


def test_offer_that_ses_did_not_take_waits_for_its_window_and_is_not_looked_at_before(shop):
    customer, post = sign_up(shop), Post("throttled")
    services = shop.services(post, a_campaign(window={"opens": "09:00", "closes": "13:00"}))
    assert handle_customer(customer, services, DUE) == "throttled"
    evening, opening = DUE + UNKNOWN_FOR * 2, DUE + timedelta(hours=21)

    assert reconcile_mails(services, evening) == {"not due": 1}
    assert reconcile_mails(services, opening - timedelta(minutes=15)) == {}
    assert len(post.sent) == 1
    assert reconcile_mails(services, opening) == {"sent": 1}
