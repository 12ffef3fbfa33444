"""Codes are made ahead at the shop, known to be live before they are promised, and never made twice."""

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from chalicelib.errors import ShopUnavailableError
from chalicelib.mails.codes import make_code
from chalicelib.models import utc_text
from chalicelib.offers.maker import Discount
from chalicelib.offers.parts import MISSES
from chalicelib.offers.run import GIVE_UP, make_offers
from chalicelib.store.codes import CodeState
from tests.builders.offers import ACCESS, Access, Wire, an_offer_campaign, list_live, open_system, reach
from tests.builders.shop import NOW, Shop

SYSTEMS = ("shopify", "woocommerce", "stripe")
MINUTES = timedelta(minutes=5)
DAY = timedelta(days=1)


@pytest.fixture(params=SYSTEMS)
def source(request):
    return request.param


def open_services(shop: Shop, *campaigns):
    """Return services that make codes: without mails, and with access to the shop systems."""
    services = shop.services()
    services.campaigns, services.shop_access = campaigns, Access()
    return services


def run_until(services, turns=6, start=NOW):
    """Run as often as the schedule fires within half an hour."""
    return [make_offers(services, start + turn * MINUTES) for turn in range(turns)]


def count_states(services):
    return Counter(row.state.value for row in services.codes.scan_codes())


@pytest.mark.parametrize("lag", [0, 3])
def test_as_many_codes_as_asked_for_are_made_and_live(shop, monkeypatch, source, lag):
    wire = Wire(lag)
    reach(monkeypatch, wire)
    services = open_services(shop, an_offer_campaign(source))
    run_until(services)

    assert count_states(services) == {"free": 20}
    rows = list(services.codes.scan_codes())
    assert {row.code for row in rows} == list_live(wire, source)
    assert all(row.remote for row in rows if row.code != rows[0].code)
    assert services.batches.list_batches("back")[0].made == 20
    before = len(wire.sent)
    make_offers(services, NOW + DAY)
    assert len(wire.sent) == before  # nothing to do: the shop is left in peace


def test_nothing_personal_and_no_secret_is_sent_but_the_token(shop, monkeypatch, source):
    wire = Wire()
    reach(monkeypatch, wire)
    run_until(open_services(shop, an_offer_campaign(source)))

    told = b" ".join(raw + path.encode() for _, path, raw in wire.sent)
    assert b"@" not in told
    assert b"Corner Shop" not in told
    assert ACCESS[source].split("\n")[1].encode() not in told


@pytest.mark.parametrize("fault", ["before", "after", "429", "500"])
def test_a_call_that_fails_makes_no_code_twice_and_none_that_is_not_there(shop, monkeypatch, source, fault):
    """Each call of a run fails once, at every place."""
    for place in range(6):
        calls = iter(range(1_000))
        wire = Wire(breaks=lambda calls=calls, place=place: fault if next(calls) == place else "")
        with monkeypatch.context() as patch:
            reach(patch, wire)
            campaign = an_offer_campaign(source, f"back{place}", ahead=7)
            services = open_services(shop, campaign)
            run_until(services, 4)
            own = [row for row in services.codes.scan_codes() if row.campaign == campaign.name]
            assert Counter(row.state.value for row in own) == {"free": 7}, place
            assert {row.code for row in own} == list_live(wire, source)


def test_faults_at_random_lose_and_double_nothing(shop, monkeypatch, source):
    chance = random.Random(7)
    wire = Wire(2, lambda: chance.choice(["before", "after", "500", "429", *[""] * 26]))
    reach(monkeypatch, wire)
    services = open_services(shop, an_offer_campaign(source, ahead=60, most_spent="1000"))
    run_until(services, 60)
    assert count_states(services) == {"free": 60}
    assert {row.code for row in services.codes.scan_codes()} == list_live(wire, source)


def test_one_code_that_always_fails_holds_up_neither_the_others_nor_a_removal(shop, monkeypatch):
    wire = Wire()
    reach(monkeypatch, wire)
    services = open_services(shop, an_offer_campaign("stripe"))
    run_until(services)
    over = services.codes.list_codes(CodeState.FREE, services.batches.list_batches("back")[0].batch)[0]
    promise(services, over, NOW + 3 * DAY)
    made = count()
    monkeypatch.setattr("chalicelib.offers.run.make_code", lambda: f"NEW{next(made):05}")
    call = wire.call_shop

    def call_shop(http, method, path, **keys):
        if "NEW00000" in path + str(keys):
            raise ShopUnavailableError("status 500")
        return call(http, method, path, **keys)

    monkeypatch.setattr(wire, "call_shop", call_shop)
    services = open_services(shop, an_offer_campaign("stripe", ahead=30))
    assert run_until(services, 2, NOW + 4 * DAY) == [{"postponed": 1}] * 2  # each run tells the alarm
    assert count_states(services) == {"free": 29, "making": 1, "removed": 1}


def test_a_batch_whose_removals_always_fail_holds_up_no_other_batch(shop, monkeypatch, caplog):
    """Codes of two earlier terms are over; the shop fails whenever one of the batch that comes first is named."""
    wire, stuck = Wire(), set()
    reach(monkeypatch, wire)
    call = wire.call_shop

    def call_shop(http, method, path, **keys):
        if any(code in path + str(keys) for code in stuck):
            raise ShopUnavailableError("status 500")
        return call(http, method, path, **keys)

    monkeypatch.setattr(wire, "call_shop", call_shop)
    for percent in (15, 20):
        services = open_services(shop, an_offer_campaign("stripe", ahead=3, percent=percent))
        run_until(services)
        stuck.update(row.code for row in services.codes.scan_codes())
    services = open_services(shop, an_offer_campaign("stripe", ahead=3, percent=25))
    first, second = services.batches.list_batches("back")
    stuck -= {row.code for row in services.codes.scan_codes() if row.terms == second.terms}
    caplog.clear()
    assert run_until(services, 3, NOW + DAY) == [{"postponed": 1}] * 3  # each run tells the alarm
    states = Counter((row.terms, row.state.value) for row in services.codes.scan_codes())
    new = an_offer_campaign("stripe", ahead=3, percent=25).offer.terms
    assert states == {(first.terms, "expired"): 3, (second.terms, "removed"): 3, (new, "free"): 3}
    assert [each.key for each in caplog.records if each.msg == "offer_postponed"] == [first.batch] * 3


def test_a_shop_that_is_down_is_asked_three_times_a_run(shop, monkeypatch):
    wire = Wire()
    reach(monkeypatch, wire)
    services = open_services(shop, an_offer_campaign("stripe", ahead=1))
    run_until(services)
    wire.sent.clear()
    wire.breaks = lambda: "before"
    services = open_services(shop, an_offer_campaign("stripe", ahead=20))
    assert run_until(services, 1, NOW + DAY) == [{"postponed": 1}]
    assert len(wire.sent) == MISSES


def test_a_code_that_was_used_though_no_mail_promised_it_is_looked_up_once(shop, monkeypatch):
    wire = Wire()
    reach(monkeypatch, wire)
    services = open_services(shop, an_offer_campaign("stripe", ahead=1))
    run_until(services)
    [code] = list_live(wire, "stripe")
    assert wire.stand_in.check_out(code)[0] == 200
    run_until(open_services(shop, an_offer_campaign("stripe", ahead=1, percent=15)), start=NOW + DAY)
    assert services.codes.read_code(code).state is CodeState.REMOVED


def test_without_access_offers_wait_and_the_shop_is_told(shop, monkeypatch, caplog):
    wire = Wire()
    reach(monkeypatch, wire)
    services = open_services(shop, an_offer_campaign())
    services.shop_access = type("None_", (), {"read_values": lambda *_: {}})()
    assert make_offers(services, NOW) == {"postponed": 1}
    assert "offer_postponed" in caplog.text
    assert wire.sent == []


def test_no_more_codes_are_made_than_the_budget_can_promise(shop, monkeypatch):
    reach(monkeypatch, Wire())
    services = open_services(shop, an_offer_campaign(most_spent="10", expected_cost="2"))
    run_until(services)
    assert count_states(services) == {"free": 5}


def test_codes_of_earlier_terms_are_removed_and_new_ones_made(shop, monkeypatch, source):
    wire = Wire()
    reach(monkeypatch, wire)
    run_until(open_services(shop, an_offer_campaign(source)))
    services = open_services(shop, an_offer_campaign(source, percent=15))
    run_until(services, start=NOW + DAY)

    rows = list(services.codes.scan_codes())
    new = an_offer_campaign(source, percent=15).offer.terms
    assert Counter((row.terms == new, row.state.value) for row in rows) == {(True, "free"): 20, (False, "removed"): 20}
    assert {row.code for row in rows if row.terms == new} == list_live(wire, source)


def promise(services, code, until):
    """Promise a code as an intent does."""
    row = services.codes.read_code(code)
    promised = replace(row, state=CodeState.PROMISED, promised_until=utc_text(until), cost=200)
    budget = services.budgets.spend_budget(row.campaign, 200, 10_000)
    services.codes.table.commit_parts([services.codes.replace_code(row, promised), budget])


def test_a_promise_that_is_over_expires_frees_the_budget_and_is_removed(shop, monkeypatch, source):
    wire = Wire()
    reach(monkeypatch, wire)
    services = open_services(shop, an_offer_campaign(source))
    run_until(services)
    code = services.codes.list_codes(CodeState.FREE, services.batches.list_batches("back")[0].batch)[0]
    promise(services, code, NOW + 3 * DAY)
    assert services.budgets.read_counts("back").spent == 200

    run_until(services, start=NOW + 2 * DAY)
    assert services.codes.read_code(code).state is CodeState.PROMISED
    assert code in list_live(wire, source)
    run_until(services, start=NOW + 4 * DAY)
    assert services.codes.read_code(code).state is CodeState.REMOVED
    assert code not in list_live(wire, source)
    counts = services.budgets.read_counts("back")
    assert (counts.spent, counts.promised, counts.expired, counts.redeemed) == (0, 1, 1, 0)


@pytest.mark.parametrize("source", ["woocommerce", "stripe"], indirect=True)
def test_a_code_that_the_shop_says_was_used_is_redeemed_though_no_order_came(shop, monkeypatch, source):
    wire = Wire()
    reach(monkeypatch, wire)
    services = open_services(shop, an_offer_campaign(source))
    run_until(services)
    code = services.codes.list_codes(CodeState.FREE, services.batches.list_batches("back")[0].batch)[0]
    promise(services, code, NOW + 3 * DAY)
    assert wire.stand_in.check_out(code)[0] == 200

    run_until(services, start=NOW + 4 * DAY)
    assert services.codes.read_code(code).state is CodeState.REDEEMED
    counts = services.budgets.read_counts("back")
    assert (counts.spent, counts.redeemed, counts.expired) == (200, 1, 0)


def test_a_code_of_another_discount_is_left_and_never_promised(shop, monkeypatch):
    """Somebody made a discount with the same code by hand."""
    wire = Wire()
    reach(monkeypatch, wire)
    services = open_services(shop, an_offer_campaign(ahead=1))
    taken = ["KKKKKKKK"]
    monkeypatch.setattr("chalicelib.offers.run.make_code", lambda: taken.pop() if taken else make_code())
    wire.stand_in.shopify.discounts["gid://other"] = {"title": "Summer", "customerGets": {"value": {}}}
    wire.stand_in.shopify.add_code("gid://other", "BACK-KKKKKKKK")
    run_until(services)
    assert services.codes.read_code("BACK-KKKKKKKK").state is CodeState.REMOVED
    assert count_states(services) == {"removed": 1, "free": 1}
    assert "BACK-KKKKKKKK" in wire.stand_in.shopify.codes  # the other discount keeps it


@pytest.mark.parametrize("source", ["woocommerce", "stripe"], indirect=True)
def test_a_code_that_the_shop_does_not_take_is_left_after_a_day(shop, monkeypatch, caplog, source):
    wire = Wire()
    reach(monkeypatch, wire)
    services = open_services(shop, an_offer_campaign(source, ahead=1))
    monkeypatch.setattr(wire.stand_in.woocommerce, "add_coupon", lambda asked: {"id": 0, "error": {"code": "?"}})
    monkeypatch.setattr(wire.stand_in.stripe, "add_promotion", lambda form: (400, {"error": {"type": "?"}}))
    run_until(services)
    assert count_states(services) == {"making": 1}
    run_until(services, start=NOW + GIVE_UP + DAY)
    assert count_states(services)["free"] == 0
    assert "code_not_made" in caplog.text


def test_a_pool_and_a_shared_code_call_no_shop(shop, monkeypatch):
    wire = Wire()
    reach(monkeypatch, wire)
    pool = an_offer_campaign("shopify", "pool", codes="pool", code="{code}")
    shared = an_offer_campaign("shopify", "shared", codes="shared", code="SPRING10")
    assert make_offers(open_services(shop, pool, shared), NOW) == {"pool": 1}
    assert wire.sent == []


def test_every_system_refuses_a_wrong_token(monkeypatch, source):
    wire = Wire()
    wire.stand_in.shopify.token = wire.stand_in.stripe.token = "other"
    wire.stand_in.woocommerce.wanted = "Basic other"
    reach(monkeypatch, wire)
    offer = an_offer_campaign(source).offer
    system, discount = open_system(source), Discount("back", offer.terms, offer, "EUR", "remote")
    with pytest.raises(ShopUnavailableError):
        system.make_codes(discount, ["BACKX"], utc_text(NOW))


@pytest.mark.parametrize("days", [1, 60, 200])
def test_a_code_that_lay_too_long_to_be_promised_is_replaced(shop, monkeypatch, days):
    wire = Wire()
    reach(monkeypatch, wire)
    services = open_services(shop, an_offer_campaign(expires_days=days))
    run_until(services)
    for later in range(0, 200, 20):
        run_until(services, 3, NOW + later * DAY)
        needed = utc_text(NOW + later * DAY + timedelta(days=days + 3))
        batch = services.batches.list_batches("back")[0].batch
        assert len(services.codes.list_free(batch, needed, 100)) == 20, later
    assert count_states(services)["removed"] >= 20
