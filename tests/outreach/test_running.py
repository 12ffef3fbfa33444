"""What the shop did not switch on writes to nobody; word on what a customer asked for goes out all the same."""

from datetime import timedelta

import pytest

from chalicelib.campaigns.library import list_campaigns
from chalicelib.config import Settings
from chalicelib.functions.plan_mails import LOOK_BACK_WEEKS
from chalicelib.models import Submission, Trust
from chalicelib.offers.run import make_offers
from chalicelib.outreach.decide import handle_customer
from chalicelib.pages.policy_facts import describe_policy
from chalicelib.settling.dispatch import settle_item
from chalicelib.strictjson import dump_json
from tests.builders.mails import Post, sign_up
from tests.builders.orders import an_order
from tests.builders.own import open_own
from tests.builders.shop import NOW

WEEKS = [NOW + timedelta(weeks=week) for week in range(0, 60, LOOK_BACK_WEEKS)]
SHIPPED = dump_json({"type": "pre-order.shipped", "data": {"email": "asel@example.org", "order": "A-17"}})


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    """Let the shop's own folder be empty, as it ships."""
    with open_own(tmp_path / "own", monkeypatch):
        yield


def let_buy(shop, *, try_out=False):
    """Let a customer join the list and buy twice, as on a stage with this setting; return the services and the id."""
    shop.settings = shop.settings.model_copy(update={"try_out": try_out})
    customer = sign_up(shop)
    for number in (7, 8):
        order = an_order("asel@example.org", at=NOW + timedelta(days=number), number=number)
        assert settle_item(shop.accept(order), shop.services(), NOW + timedelta(days=number, seconds=1)) == "settled"
    return shop.services(), customer


def list_planned(services):
    """Return whom the schedule would queue within a year."""
    return {customer for moment in WEEKS for customer in services.people_rows.list_due(moment, LOOK_BACK_WEEKS)}


def test_with_nothing_switched_on_no_advertising_is_planned(shop):
    services, _ = let_buy(shop)
    assert [campaign.name for campaign in services.campaigns if campaign.is_marketing] == []
    assert list_planned(services) == set()


def test_a_try_out_plans_what_ships(shop):
    services, customer = let_buy(shop, try_out=True)
    assert list_planned(services) == {customer}


def test_with_nothing_switched_on_word_on_an_order_goes_out(shop):
    services, customer = let_buy(shop)
    at = NOW + timedelta(days=9)
    told = Submission(
        sender="webhooks",
        topic="pre-order.shipped",
        trust=Trust.SIGNED,
        received_at=at,
        occurred_at=at,
        body=SHIPPED,
    )
    assert shop.take(told) == "settled"
    post, later = Post(), at + timedelta(minutes=15)
    assert list_planned(services) == {customer}
    sending = shop.services(post, *list_campaigns())
    assert [handle_customer(customer, sending, later) for _ in range(2)] == ["sent", "not due"]
    assert [mail.subject for _, mail, _ in post.sent] == ["Your pre-order is on its way"]
    assert list_planned(services) == set()


def test_no_code_is_made_for_what_is_off(shop):
    assert make_offers(shop.services(), NOW) == {}


@pytest.mark.parametrize("try_out", [False, True])
def test_the_privacy_page_names_only_what_runs(try_out):
    facts = describe_policy("en", Settings(try_out=try_out), ())
    named = {name for purpose in facts["purposes"] for name in purpose["campaigns"]}
    assert named == {campaign.name for campaign in list_campaigns(try_out=try_out)}
    assert ("welcome" in named, "pre-order-shipped" in named) == (try_out, True)
