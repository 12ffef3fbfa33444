"""What names nobody makes no customer, is kept for a while, and goes with an erasure of an address in it."""

from datetime import timedelta

import pytest

from chalicelib.models import Entry, Reading
from chalicelib.settling.dispatch import sweep_inbox
from chalicelib.store.inbox import State
from tests.builders.erasures import finish, forget
from tests.builders.shop import NOW, a_submission
from tests.builders.signed import an_order_of, says
from tests.builders.work import count_requests

VERA = "vera@example.org"
CART = Reading(kind="cart", entry=Entry(kind="cart", at=NOW, values={"note": "for vera@example.org"}))


@pytest.mark.parametrize("topic", ["draft_orders/create", "fulfillments/create", "subscription.created"])
def test_what_says_nothing_is_counted_and_not_kept(shop, topic):
    assert shop.take(says(Reading(kind="other"), topic=topic)) == "nobody"
    assert shop.list_customers() == []
    assert all("sealed" not in row for row in shop.read_all("inbox"))
    assert shop.read_all("keys") == [] or all(not row["pk"]["S"].startswith("cust#") for row in shop.read_all("keys"))


@pytest.mark.parametrize(
    "message", [says(CART), an_order_of(1), says(Reading(kind="response", entry=CART.entry), sender="typeform")]
)
def test_what_names_nobody_is_kept_for_staff_and_makes_no_customer(shop, message):
    key = shop.accept(message)
    assert shop.take(message) == "nameless"
    item = shop.inbox.read_item(key)
    assert (item.state, item.reason) == (State.NAMELESS, "names nobody")
    assert item.sealed
    [row] = shop.read_all("inbox")
    assert int(row["expires_at"]["N"]) == int((NOW + timedelta(days=30)).timestamp())
    assert shop.list_customers() == []


def test_an_erasure_finds_it_by_the_address_in_it(shop, tmp_path):
    shop.take(a_submission(email=VERA))
    hers, other = says(CART), says(CART.model_copy(update={"entry": None, "email": ""}), 1)
    shop.take(hers)
    shop.take(other)
    forget(shop, VERA)
    finish(shop, tmp_path)

    assert shop.inbox.read_item(shop.accept(hers)).sealed == b""
    assert shop.inbox.read_item(shop.accept(other)).sealed != b""


def test_a_refund_that_comes_before_its_order_waits_for_it(shop):
    refund = {"id": "r1", "order_id": "8", "amount": "5", "currency": "EUR"}
    early = says(Reading(kind="refund", refunds=(refund,)), topic="refund")
    assert shop.take(early) == "nameless"
    services = shop.services()
    assert sweep_inbox(services, NOW + timedelta(minutes=2)) == {"nameless": 1}
    shop.take(an_order_of(8, VERA, minute=1))
    sweep_inbox(services, NOW + timedelta(minutes=3))
    sweep_inbox(services, NOW + timedelta(minutes=4))
    assert str(shop.read_profile(VERA).totals.spent["EUR"]) == "15"


def test_a_refund_that_waited_longer_than_its_order_may_take_is_not_read_each_minute(shop):
    refund = {"id": "r1", "order_id": "8", "amount": "5", "currency": "EUR"}
    assert shop.take(says(Reading(kind="refund", refunds=(refund,)), topic="refund")) == "nameless"
    calls = count_requests(shop.dynamodb)
    assert sweep_inbox(shop.services(), NOW + timedelta(minutes=16)) == {}
    assert calls["GetItem"] == 0
    assert sweep_inbox(shop.services(), NOW + timedelta(hours=1)) == {"nameless": 1}  # each hour, for two days
    assert sweep_inbox(shop.services(), NOW + timedelta(hours=49)) == {}


def test_a_form_of_the_shops_own_without_an_address_is_kept(shop):
    assert shop.take(a_submission(entry={"score": 9})) == "settled"
    assert len(shop.list_customers()) == 1
