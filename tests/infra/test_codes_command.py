"""Staff tell whether a code is live and use it once; a pool is imported; a shop system is tried out."""

import sys
from dataclasses import replace

import pytest

from chalicelib.models import utc_text
from chalicelib.outreach.decide import handle_customer
from chalicelib.store.codes import CodeState
from infra.staff import codes
from tests.builders.mails import DUE, Post, sign_up
from tests.builders.offers import Access, Wire, an_offer_campaign, reach
from tests.builders.shop import NOW
from tests.builders.stages import open_here


@pytest.fixture
def run(shop, monkeypatch, capsys):
    """Return a function that runs the command over some campaigns and returns its status and what it printed."""

    def run_command(*arguments, campaigns=()):
        services = shop.services(Post(), *(campaigns or (an_offer_campaign(),)))
        services.shop_access = Access()
        monkeypatch.setattr(codes, "current_services", lambda: services)
        monkeypatch.setattr(codes, "stage_now", lambda: NOW)
        monkeypatch.setattr(sys, "argv", ["codes", *arguments])
        monkeypatch.setattr(codes, "open_stage", open_here)
        status = codes.main()
        told = capsys.readouterr()
        return status, told.out + told.err

    return run_command


@pytest.fixture
def promised(shop):
    """Return a code that stands in a mail."""
    services = shop.services(Post(), an_offer_campaign())
    assert handle_customer(sign_up(shop), services, DUE) == "sent"
    return next(row.code for row in services.codes.scan_codes() if row.state is CodeState.PROMISED)


def test_a_live_code_is_told_and_used_once(run, shop, promised):
    status, told = run("redeem", "--code", f" {promised.lower()} ")
    assert (status, "10 % off; live until 2026-03-26" in told) == (0, True)
    assert run("redeem", "--code", promised, "--use", "yes")[0] == 0
    status, told = run("redeem", "--code", promised, "--use", "yes")
    assert (status, "Do not take it again" in told) == (1, True)
    counts = shop.services().budgets.read_counts("back")
    assert (counts.spent, counts.redeemed, counts.told) == (200, 1, 0)


def test_two_tills_at_once_use_a_code_once(run, shop, promised, monkeypatch):
    """The second press was shown the code as live before the first was written."""
    stale = shop.services().codes.read_code(promised)
    assert run("redeem", "--code", promised, "--use", "yes")[0] == 0
    monkeypatch.setattr("chalicelib.store.codes.Codes.read_code", lambda *_: stale)
    status, told = run("redeem", "--code", promised, "--use", "yes")
    assert (status, "somewhere else at this moment" in told) == (1, True)
    assert shop.services().budgets.read_counts("back").redeemed == 1


@pytest.mark.parametrize("state", [CodeState.EXPIRED, CodeState.REMOVED])
def test_a_code_whose_time_is_over_is_not_used(run, shop, promised, state):
    services = shop.services()
    row = services.codes.read_code(promised)
    services.codes.table.commit_parts([services.codes.replace_code(row, replace(row, state=state))])
    status, told = run("redeem", "--code", promised, "--use", "yes")
    assert (status, "its time is over" in told) == (1, True)


def test_nobodys_code_and_no_code_are_told(run, shop):
    shop.services(Post(), an_offer_campaign())
    free = next(row.code for row in shop.services().codes.scan_codes())
    assert run("redeem", "--code", free) == (1, f"{free} was promised to nobody.\n")
    assert run("redeem", "--code", "BACK-XXXXXXXX")[0] == 1
    assert run("redeem", "--code", "")[0] == 2


def test_one_code_for_all_is_told_and_nothing_is_noted(run):
    shared = an_offer_campaign(codes="shared", code="SPRING10", minimum="20")
    status, told = run("redeem", "--code", "spring10", "--use", "yes", campaigns=(shared,))
    assert (status, "10 % off from 20 EUR on" in told) == (0, True)


def test_a_pool_is_imported_once_and_handed_out(run, shop, tmp_path):
    pool = an_offer_campaign(codes="pool", code="{code}")
    shop.stocked.add((pool.name, pool.offer.terms))
    path = tmp_path / "codes.csv"
    path.write_text("\ufeffspring-a1\nSPRING-A2,x\n\nSPRING-A1\n")
    arguments = ("import", "--campaign", "back", "--file", str(path))
    assert run(*arguments, campaigns=(pool,)) == (0, "2 codes added, 0 were there already.\n")
    assert run(*arguments, campaigns=(pool,)) == (0, "0 codes added, 2 were there already.\n")

    services = shop.services(Post(), pool)
    outcomes = [handle_customer(sign_up(shop, f"p{n}@example.org"), services, DUE) for n in range(3)]
    assert outcomes == ["sent", "sent", "stopped"]
    assert "2 promised" in run("list", campaigns=(pool,))[1]


def test_a_file_with_what_is_no_code_is_refused_whole(run, shop, tmp_path):
    pool = an_offer_campaign(codes="pool", code="{code}")
    shop.stocked.add((pool.name, pool.offer.terms))
    path = tmp_path / "codes.csv"
    path.write_text("GOOD1\nnot a code\n")
    status, told = run("import", "--campaign", "back", "--file", str(path), campaigns=(pool,))
    assert (status, "entries 2" in told, "not a code" in told) == (1, True, False)
    assert list(shop.services().codes.scan_codes()) == []


@pytest.mark.parametrize("source", ["shopify", "woocommerce", "stripe"])
def test_a_shop_system_is_tried_out_and_left_as_it_was(run, monkeypatch, source):
    wire = Wire()
    reach(monkeypatch, wire)
    status, told = run("check", "--campaign", "back", campaigns=(an_offer_campaign(source),))
    assert status == 0, told
    assert "removed" in told
    shop = wire.stand_in
    live = [each for each in shop.stripe.promotions.values() if each["active"]]
    assert (shop.shopify.codes, shop.shopify.discounts, shop.woocommerce.coupons, live) == ({}, {}, {}, [])


def test_a_shop_that_refuses_is_told_in_its_word(run, monkeypatch):
    wire = Wire(breaks=lambda: "500")
    reach(monkeypatch, wire)
    assert run("check", "--campaign", "back") == (1, "The shop says: status 500 (docs/offers.md)\n")
    assert run("check", "--campaign", "nothing")[0] == 2


def test_what_a_promise_counts_is_freed_by_time_alone(shop, promised):
    row = shop.services().codes.read_code(promised)
    assert (row.cost, row.promised_until > utc_text(DUE)) == (200, True)
