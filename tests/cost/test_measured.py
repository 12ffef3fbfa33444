"""The figures that `make cost` reckons with are what DynamoDB counts today."""

from datetime import timedelta

import pytest

from chalicelib.models import Trust
from chalicelib.optin.ask import ask_waiting
from chalicelib.outreach.decide import handle_customer
from chalicelib.services import WORK_TIMEOUTS, make_client
from infra.cost.prices import list_kinds
from tests.builders.large_order import write_order
from tests.builders.mails import CONSENT, DUE, Post, sign_up, tell
from tests.builders.optin import START, press, read_token
from tests.builders.optin import sign_up as sign_up_unconfirmed
from tests.builders.shop import Shop, a_submission
from tests.builders.units import measure_units


@pytest.fixture
def metered(tables, tmp_path):
    """Return a shop with a client of its own, and a function that counts what a piece of work takes."""
    client = make_client("dynamodb", WORK_TIMEOUTS)
    shop = Shop(tables, tmp_path, client=client)
    shop.take(a_submission(email="first@example.org"))  # what is made once for a stage is no submission's cost

    def count(work):
        with measure_units(client, tables.dynamodb) as units:
            work()
        return {"write": units["write"], "read": units["read"]}

    return shop, count


def an_order_of(number):
    """Return an order of about five kilobytes from Shopify, unlike any other."""
    sent = {"sender": "shopify", "shop": "corner.example", "topic": "orders/create", "trust": Trust.SIGNED}
    claims = (f"event:{number}", f"webhook:{number}")
    return a_submission().model_copy(update={**sent, "body": write_order(number), "claims": claims})


def measure_form(shop, count):
    form = a_submission(email="asel@example.org", name="Әсел", consents=[CONSENT])
    return {"form-new": count(lambda: shop.take(form))}


def measure_orders(shop, count):
    new = count(lambda: shop.take(an_order_of(1)))
    return {"order-new": new, "order-known": count(lambda: shop.take(an_order_of(2)))}


def measure_confirmed(shop, count):
    post = Post()

    def confirm():
        sign_up_unconfirmed(shop)
        ask_waiting(shop.services(post), START)
        assert press(shop, read_token(post), "yes") == "settled"

    return {"confirmed": count(confirm)}


def measure_mail(shop, count):
    customer, post = sign_up(shop, "beti@example.org"), Post()
    services = shop.services(post)

    def mail():
        assert handle_customer(customer, services, DUE) == "sent"
        for kind in ("Send", "Delivery"):
            tell(shop, kind, post.sent[0][2], at=DUE + timedelta(minutes=1))

    return {"mail": count(mail)}


@pytest.mark.parametrize("measure", [measure_form, measure_orders, measure_confirmed, measure_mail])
def test_measured_units_are_what_dynamodb_counts(metered, measure):
    measured = measure(*metered)
    kinds = list_kinds()
    assert measured == {name: {part: kinds[name][part] for part in ("write", "read")} for name in measured}


def test_every_kind_is_measured_here():
    assert set(list_kinds()) == {"form-new", "order-new", "order-known", "confirmed", "mail"}
