"""Shopify's compliance webhooks act: forget a customer, hand over data, forget everybody of a shop."""

from datetime import timedelta

import pytest

from chalicelib.erasure import shops
from chalicelib.erasure.shops import erase_shop_customers
from chalicelib.errors import RaceLostError
from chalicelib.settling.dispatch import settle_item
from chalicelib.store.requests import STAFFS
from tests.builders.compliance import DOMAIN, a_webhook
from tests.builders.erasures import LATER, finish
from tests.builders.orders import an_order
from tests.builders.shop import NOW, a_submission

ASHA, BO = "asha@example.org", "bo@example.org"
DAY = timedelta(days=1)


def a_redact(*, orders=(), domain=DOMAIN, **customer):
    """Return customers/redact about whoever is named."""
    body = {"shop_id": 9, "shop_domain": domain, "customer": customer, "orders_to_redact": list(orders)}
    return a_webhook("customers/redact", body, domain=domain)


def a_customer(number, email, domain=DOMAIN):
    """Return customers/update: somebody whom the shop knows by a number."""
    body = {"id": number, "first_name": "A", "email": email, "updated_at": NOW.isoformat()}
    return a_webhook("customers/update", body, at=NOW, domain=domain)


def read_audit(shop):
    rows = shop.read_all("audit")
    return [(row["actor"]["S"], row["reason"]["S"]) for row in rows]


@pytest.mark.parametrize("named", [{"id": 77}, {"email": ASHA}, {"id": 77, "email": ASHA}, {"id": 5, "email": ASHA}])
def test_a_customer_is_forgotten_by_id_or_by_address(shop, tmp_path, named):
    if "email" in named and named.get("id") != 77:
        shop.take(a_submission(email=ASHA))
    else:
        shop.take(a_customer(77, ASHA))
    assert shop.take(a_redact(**named)) == "settled"
    finish(shop, tmp_path)

    assert shop.find_id(ASHA) is None
    assert shop.list_customers() == []
    assert read_audit(shop) == [("shopify", "customers/redact: forgotten")]
    assert shop.services().ledger.read_entry(1).reason == "shopify"


def test_an_address_that_two_customers_share_is_not_enough(shop):
    shop.take(a_customer(77, ASHA))
    assert shop.take(a_redact(id=78, email=ASHA)) == "settled"
    assert shop.read_profile(ASHA).identities
    assert read_audit(shop) == [("shopify", "customers/redact: nothing held")]


def test_nothing_held_is_recorded_and_bars_what_comes_late(shop, tmp_path):
    assert shop.take(a_redact(id=77, email=ASHA, orders=[7])) == "settled"
    assert finish(shop, tmp_path) == {"verified": 1}
    assert read_audit(shop) == [("shopify", "customers/redact: nothing held")]

    late = an_order(ASHA, at=LATER - DAY)  # Shopify repeats for four hours what it could not deliver
    assert shop.take(late) == "nobody"
    assert shop.list_customers() == []
    assert shop.take(an_order(BO, at=LATER - DAY)) == "nobody"  # the order that was to be redacted, under another name


def test_an_order_that_is_named_twice_holds_nothing_up(shop, tmp_path):
    assert shop.take(a_redact(id=77, email=ASHA, orders=[7, 7])) == "settled"
    assert finish(shop, tmp_path) == {"verified": 1}


@pytest.mark.parametrize("known", [False, True])
def test_an_older_order_that_is_settled_after_the_redact_is_nobodys(shop, tmp_path, known):
    if known:
        shop.take(a_submission(email=ASHA))
    late = shop.accept(an_order(BO if known else ASHA, at=LATER - DAY))  # order 7, while the keys are out of reach
    orders = [7, 7, *range(100, 300)]
    assert shop.take(a_redact(id=77, email=ASHA, orders=orders)) == "settled"

    assert settle_item(late, shop.services(), LATER) == "nobody"
    assert finish(shop, tmp_path) == {"verified": 1}
    assert shop.list_customers() == []


def test_a_redact_that_comes_twice_is_once(shop, tmp_path):
    shop.take(a_customer(77, ASHA))
    wish = a_redact(id=77)
    assert shop.take(wish) == "settled"
    assert shop.take(wish) == "settled"
    finish(shop, tmp_path)
    again = a_redact(id=77, orders=[1])
    assert shop.take(again) == "settled"
    assert shop.services().ledger.read_head().number == 2


def test_a_data_request_waits_before_staff_with_its_deadline(shop):
    shop.take(a_customer(77, ASHA))
    body = {"shop_domain": DOMAIN, "customer": {"id": 77, "email": ASHA}, "orders_requested": [1]}
    assert shop.take(a_webhook("customers/data_request", body)) == "settled"

    [row] = shop.services().requests.list_open(STAFFS)
    assert (row.kind, row.state.value) == ("access", "to_shop")
    assert row.answer_by == LATER + timedelta(days=30)
    assert shop.read_profile(ASHA).events == 1


def test_a_data_request_about_nobody_is_answered_by_saying_so(shop):
    body = {"shop_domain": DOMAIN, "customer": {"id": 77, "email": ASHA}, "orders_requested": []}
    assert shop.take(a_webhook("customers/data_request", body)) == "settled"
    assert read_audit(shop) == [("shopify", "customers/data_request: nothing held")]
    assert shop.list_customers() == []


def test_a_shop_that_leaves_takes_its_people_along_and_no_others(shop, tmp_path):
    for number in range(1, 6):
        shop.take(a_customer(number, f"p{number}@example.org"))
    shop.take(a_customer(1, BO, domain="other.example"))
    shop.take(a_submission(email=ASHA))
    body = {"shop_id": 9, "shop_domain": DOMAIN}
    assert shop.take(a_webhook("shop/redact", body)) == "settled"

    forgetting = shop.services()
    assert erase_shop_customers(forgetting, LATER) == 5
    assert erase_shop_customers(forgetting, LATER) == 0
    finish(shop, tmp_path)
    assert {shop.find_id(ASHA), shop.find_id(BO)} == set(shop.list_customers())
    assert len(shop.list_customers()) == 2
    assert forgetting.ledger.read_head().number == 5
    assert list(shop.services().shop_erasures.list_due(LATER)) == []


def test_a_walk_goes_on_where_it_stopped(shop, tmp_path, monkeypatch):
    monkeypatch.setattr("chalicelib.erasure.shops.BATCH", 2)
    for number in range(1, 6):
        shop.take(a_customer(number, f"p{number}@example.org"))
    shop.take(a_webhook("shop/redact", {"shop_id": 9, "shop_domain": DOMAIN}))

    counts = [erase_shop_customers(shop.services(), LATER) for _ in range(5)]
    assert sum(counts) == 5
    assert max(counts) <= 2


def test_a_walk_that_cannot_go_on_holds_up_no_other(shop, monkeypatch):
    shop.take(a_customer(1, ASHA))
    shop.take(a_customer(2, BO, domain="other.example"))
    for domain in (DOMAIN, "other.example"):
        body = {"shop_id": 9, "shop_domain": domain}
        shop.take(a_webhook("shop/redact", body, domain=domain))
    stuck = shop.find_id(ASHA)
    forget_person = shops.forget_person

    def lose_race(customer_id, *rest):
        if customer_id == stuck:
            raise RaceLostError(customer_id)
        return forget_person(customer_id, *rest)

    monkeypatch.setattr(shops, "forget_person", lose_race)
    assert erase_shop_customers(shop.services(), LATER) == 1
    assert shop.list_customers() == [stuck]


def test_a_topic_that_the_body_does_not_have_the_shape_of_is_parked(shop):
    shop.take(a_customer(77, ASHA))
    body = {"shop_domain": DOMAIN, "customer": {"id": 77}, "orders_requested": [1]}
    key = shop.accept(a_webhook("customers/redact", body))
    assert settle_item(key, shop.services(), LATER) == "parked"
    assert shop.find_id(ASHA) is not None
