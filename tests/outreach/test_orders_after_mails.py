"""Orders that follow a mail count once as a return, by its code or within its days."""

import json
from datetime import timedelta

from chalicelib.outreach.decide import handle_customer
from chalicelib.report import build_report
from chalicelib.settling.dispatch import settle_item
from chalicelib.store.facts import name_order
from tests.builders.campaigns import a_campaign
from tests.builders.mails import DUE, Post, count_facts, sign_up, tell
from tests.builders.orders import an_order


def test_order_after_a_mail_counts_as_a_return_once(shop):
    customer = sign_up(shop)
    services = shop.services(Post())
    handle_customer(customer, services, DUE)
    [mail] = services.mails.list_mails(customer)

    for topic in ("orders/create", "orders/paid"):
        order = an_order("asel@example.org", topic=topic, code=mail.code)
        assert settle_item(shop.accept(order), shop.services(), DUE + timedelta(days=3)) == "settled"

    [fact] = [fact for fact in services.facts.list_facts("welcome") if fact.kind == "returned"]
    assert fact.numbers == {"revenue": "30.00", "currency": "EUR", "by_code": "yes", "taken": "3.00"}
    assert fact.order == name_order(services.people.keys.read_codes(), "shopify:corner.example", "7")


def test_order_counts_that_came_before_ses_said_that_the_mail_was_sent(shop):
    customer, post = sign_up(shop), Post("unknown")
    services = shop.services(post)
    handle_customer(customer, services, DUE)
    order = an_order("asel@example.org", at=DUE + timedelta(minutes=10))
    assert settle_item(shop.accept(order), shop.services(), DUE + timedelta(minutes=11)) == "settled"

    tell(shop, "Send", post.sent[0][2])

    done = build_report(a_campaign(), services.facts.list_facts("welcome"), DUE + timedelta(days=1))
    assert (done.mailed.people, done.mailed.returned_in_time) == (1, 1)


def test_name_of_an_order_is_found_by_nobody_without_the_secret():
    names = {name_order(secret, source, "7") for secret in (b"a", b"b") for source in ("shopify:a", "shopify:b")}
    assert len(names) == 4


def test_order_that_is_cancelled_is_no_return_any_more(shop):
    customer = sign_up(shop)
    services = shop.services(Post())
    handle_customer(customer, services, DUE)
    order = an_order("asel@example.org")
    body = {**json.loads(order.body), "cancelled_at": (DUE + timedelta(days=3)).isoformat()}
    body["updated_at"] = body["cancelled_at"]
    changes = {"topic": "orders/cancelled", "body": json.dumps(body).encode()}
    cancelled = order.model_copy(update={**changes, "occurred_at": DUE + timedelta(days=3)})

    for submission in (order, cancelled, order.model_copy(update={"topic": "orders/paid"})):
        assert settle_item(shop.accept(submission), shop.services(), DUE + timedelta(days=4)) == "settled"

    assert "returned" not in count_facts(services)


def test_order_long_after_a_mail_and_without_its_code_is_no_return(shop):
    customer = sign_up(shop)
    services = shop.services(Post())
    handle_customer(customer, services, DUE)

    settle_item(shop.accept(an_order("asel@example.org", at=DUE + timedelta(days=15))), shop.services(), DUE)

    assert "returned" not in count_facts(services)
