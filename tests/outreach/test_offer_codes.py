"""No mail leaves with a code that is not live, no code stands in two mails, and what it took off is known."""

import json
import re
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.models import utc_text
from chalicelib.outreach.decide import handle_customer
from chalicelib.settling.dispatch import settle_item
from chalicelib.store.codes import CodeState
from tests.builders.campaigns import OFFER, a_campaign
from tests.builders.mails import DUE, Post, sign_up
from tests.builders.orders import an_order

DAY = timedelta(days=1)


def list_codes(services, state):
    return sorted(row.code for row in services.codes.scan_codes() if row.state is state)


def read_destination(shop, post):
    """Return where the button of the last mail leads."""
    token = re.search(r"/go/([A-Za-z0-9_-]{43})", post.sent[-1][1].text)[1]
    return shop.services().links.read_link(token, DUE).destination


def take_all(services):
    """Let every free code be promised to others."""
    for row in list(services.codes.scan_codes()):
        new = replace(row, state=CodeState.PROMISED, promised_until=utc_text(DUE + 30 * DAY))
        services.codes.table.commit_parts([services.codes.replace_code(row, new)])


def test_the_code_of_a_mail_is_promised_in_the_intent_and_stands_in_link_and_text(shop):
    customer, post = sign_up(shop), Post()
    services = shop.services(post)
    assert handle_customer(customer, services, DUE) == "sent"

    [code] = list_codes(services, CodeState.PROMISED)
    [(_, mail, _)] = post.sent
    assert code in mail.text
    assert f"/discount/{code}?redirect=/" in read_destination(shop, post)
    row = services.codes.read_code(code)
    assert row.promised_until == utc_text(DUE + timedelta(days=17))
    assert services.budgets.read_counts("welcome").promised == 1


def test_without_a_live_code_the_offer_waits_and_goes_out_later(shop, caplog):
    customer, post = sign_up(shop), Post()
    services = shop.services(post)
    take_all(services)
    assert handle_customer(customer, services, DUE) == "stopped"
    assert post.sent == []
    assert "codes_lacking" in caplog.text

    shop.stocked.clear()
    assert handle_customer(customer, shop.services(post), DUE + DAY) == "sent"


def test_a_budget_that_is_used_up_is_a_decision_and_no_wait_for_codes(shop, caplog):
    customer = sign_up(shop)
    services = shop.services(Post(), a_campaign(offer={**OFFER, "most_spent": "2"}))
    services.codes.table.commit_parts([services.budgets.spend_budget("welcome", 200, 200)])
    take_all(services)
    assert handle_customer(customer, services, DUE) == "over_budget"
    assert "codes_lacking" not in caplog.text


def test_news_of_an_order_is_not_held_up_by_an_offer_without_codes(shop):
    customer, post = sign_up(shop), Post()
    plain = a_campaign("plain", offer=None, template="welcome")
    services = shop.services(post, a_campaign(), plain)
    take_all(services)
    assert handle_customer(customer, services, DUE) == "sent"
    assert len(post.sent) == 1
    assert "BACK-" not in post.sent[0][1].text


def test_a_code_that_ends_before_the_promise_does_is_not_taken(shop):
    customer, post = sign_up(shop), Post()
    services = shop.services(post)
    for row in list(services.codes.scan_codes()):
        short = replace(row, until=utc_text(DUE + timedelta(days=16)))
        services.codes.table.commit_parts([services.codes.replace_code(row, short)])
    assert handle_customer(customer, services, DUE) == "stopped"


def test_many_senders_at_once_never_give_two_people_one_code(shop):
    people = [sign_up(shop, f"p{number}@example.org") for number in range(12)]
    post, faults = Post(), []
    campaign = a_campaign(offer={**OFFER, "most_spent": "1000"})
    shop.services(post, campaign)  # stocks 25 codes

    def send(own):
        services = shop.services(post, campaign)
        for customer in own:
            try:
                handle_customer(customer, services, DUE)
            except Exception as fault:
                faults.append(fault)

    threads = [threading.Thread(target=send, args=(people[start::4],)) for start in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    services = shop.services(post, campaign)
    for customer in people:
        handle_customer(customer, services, DUE + timedelta(hours=1))

    codes = [next(word for word in mail.text.split() if word.startswith("BACK-")) for _, mail, _ in post.sent]
    assert len(codes) == len(set(codes)) == 12
    assert sorted(code.strip(".,") for code in codes) == list_codes(services, CodeState.PROMISED)


def test_a_later_attempt_has_the_code_of_the_first(shop):
    customer, post = sign_up(shop), Post("throttled")
    services = shop.services(post)
    assert handle_customer(customer, services, DUE) == "throttled"
    [code] = list_codes(services, CodeState.PROMISED)
    assert handle_customer(customer, services, DUE + timedelta(hours=2)) == "sent"
    assert list_codes(services, CodeState.PROMISED) == [code]
    assert code in post.sent[-1][1].text


@pytest.mark.parametrize(
    ("offer", "destination"),
    [
        ({"codes": "woocommerce"}, "https://shop.example?code={code}"),
        (
            {"codes": "woocommerce", "apply": "https://shop.example/cart?coupon={code}"},
            "https://shop.example/cart?coupon={code}",
        ),
        (
            {"codes": "stripe", "code": "BACK{code}", "apply": "https://buy.stripe.com/x1?prefilled_promo_code={code}"},
            "https://buy.stripe.com/x1?prefilled_promo_code={code}",
        ),
    ],
)
def test_the_link_applies_the_code_where_the_shop_can(shop, offer, destination):
    customer, post = sign_up(shop), Post()
    services = shop.services(post, a_campaign(offer={**OFFER, **offer}))
    assert handle_customer(customer, services, DUE) == "sent"
    [code] = list_codes(services, CodeState.PROMISED)
    assert read_destination(shop, post).startswith(destination.replace("{code}", code))


# ---- redeemed


@pytest.fixture
def mailed(shop):
    """Return the code of a mail that was sent."""
    services = shop.services(Post())
    assert handle_customer(sign_up(shop), services, DUE) == "sent"
    return list_codes(services, CodeState.PROMISED)[0]


def count_money(shop):
    counts = shop.services().budgets.read_counts("welcome")
    return counts.spent, counts.given, counts.redeemed, counts.told


def test_an_order_redeems_its_code_and_the_budget_learns_the_true_discount(shop, mailed):
    assert count_money(shop) == (200, 0, 0, 0)
    order = an_order("asel@example.org", code=mailed.lower())
    services = shop.services()
    services.clock = shop.services(Post()).clock  # the shop's currency is EUR
    key = shop.accept(order)
    assert settle_item(key, services, order.received_at) == "settled"
    row = services.codes.read_code(mailed)
    assert (row.state, row.discount) == (CodeState.REDEEMED, 300)
    assert row.order
    assert count_money(shop) == (300, 300, 1, 1)


def test_a_code_of_a_known_order_is_corrected_and_never_counted_twice(shop, mailed):
    services = shop.services()
    services.clock = shop.services(Post()).clock
    first = an_order("asel@example.org", code=mailed)
    again = an_order("asel@example.org", code=mailed, topic="orders/updated", at=DUE + 3 * DAY)
    again = again.model_copy(update={"body": again.body.replace(b'"3.00"', b'"2.50"')})
    other = an_order("other@example.org", code=mailed, number=8)
    for order in (first, first.model_copy(update={"idempotency_key": "r"}), again, other):
        settle_item(shop.accept(order), services, order.received_at)
    assert count_money(shop) == (250, 250, 1, 1)


@pytest.mark.parametrize("change", [{"test": True}, {"financial_status": "voided"}, {"currency": "USD"}])
def test_what_is_no_purchase_redeems_nothing_and_another_currency_counts_as_expected(shop, mailed, change):
    services = shop.services()
    services.clock = shop.services(Post()).clock
    order = an_order("asel@example.org", code=mailed)
    order = order.model_copy(update={"body": json.dumps({**json.loads(order.body), **change}).encode()})
    settle_item(shop.accept(order), services, order.received_at)
    assert count_money(shop) == ((200, 0, 1, 0) if "currency" in change else (200, 0, 0, 0))


def test_codes_that_are_not_ours_change_nothing(shop, mailed):
    order = an_order("asel@example.org", code="SUMMER")
    assert shop.take(order) == "settled"
    assert count_money(shop) == (200, 0, 0, 0)
