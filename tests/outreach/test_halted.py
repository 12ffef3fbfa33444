"""A campaign that staff stopped sends no mail, whatever was planned or queued; the others go on."""

from datetime import timedelta

import pytest

from chalicelib.campaigns.library import list_campaigns
from chalicelib.errors import RaceLostError
from chalicelib.models import MailState
from chalicelib.outreach import decide
from chalicelib.outreach.decide import LOOK_AGAIN, handle_customer
from chalicelib.outreach.reconcile import reconcile_mails
from chalicelib.outreach.send import UNKNOWN_FOR
from chalicelib.settling.dispatch import settle_item
from tests.builders.campaigns import a_campaign
from tests.builders.mails import DUE, Post, count_facts, sign_up
from tests.builders.orders import an_order
from tests.builders.rivals import act_as_rival
from tests.builders.shop import NOW

ON_ORDER = {
    "kind": "transactional",
    "template": "pre-order-shipped",
    "offer": None,
    "when": {"trigger": "after-purchase", "days": 7},
}
MARA = "v7Jk2mXq8RtWz4Lp0YdNcA"


def stop(services, campaign="welcome"):
    services.table.commit_parts(services.halts.stop_campaign(campaign, MARA, DUE))


def start(services, campaign="welcome"):
    services.table.commit_parts(services.halts.start_campaign(campaign))


def list_planned(services, at):
    """Return whom the planner queues."""
    return list(services.people_rows.list_due(at, 6))


def test_a_queued_mail_of_a_stopped_campaign_is_not_sent_and_goes_out_once_it_goes_on(shop):
    customer, post = sign_up(shop), Post()
    services = shop.services(post)
    assert list_planned(services, DUE) == [customer]  # planned, and queued
    stop(services)

    assert handle_customer(customer, services, DUE) == "stopped"
    assert (post.sent, count_facts(services)) == ([], {})
    start(services)
    assert handle_customer(customer, services, DUE + LOOK_AGAIN) == "sent"
    assert len(post.sent) == 1


def test_the_planner_leaves_out_who_waits_for_a_stopped_campaign_alone(shop):
    customer, services = sign_up(shop), shop.services(Post())
    stop(services)
    handle_customer(customer, services, DUE)

    assert list_planned(services, DUE + LOOK_AGAIN - timedelta(seconds=1)) == []
    assert list_planned(services, DUE + LOOK_AGAIN) == [customer]


@pytest.mark.parametrize("turns", [1, 2])
def test_a_stop_while_a_mail_is_being_decided_wins_over_it(shop, monkeypatch, turns):
    customer, post = sign_up(shop), Post()
    services, compose, seen = shop.services(post), decide.try_compose, []

    def compose_late(*args):
        """Stop the campaign after it was read as running, and before the intent is written."""
        seen.append(len(seen))
        if len(seen) == 1:
            act_as_rival(stop, services)
        return compose(*args)

    monkeypatch.setattr(decide, "try_compose", compose_late)
    assert [handle_customer(customer, services, DUE) for _ in range(turns)] == ["stopped"] * turns
    assert seen == [0]
    assert (post.sent, services.mails.list_mails(customer)) == ([], [])
    assert services.budgets.read_budget("welcome") == 0


def test_a_stop_and_an_intent_at_once_have_one_order(shop):
    """The intent's own transaction says no, so that no read before it can be overtaken."""
    customer, services = sign_up(shop), shop.services(Post())
    services.table.commit_parts([services.halts.check_running("welcome", customer)])
    stop(services)
    with pytest.raises(RaceLostError):
        services.table.commit_parts([services.halts.check_running("welcome", customer)])
    for other in (f"customer-{number}" for number in range(20)):  # whichever of the rows a customer's mail checks
        assert services.halts.is_stopped("welcome", other)
        with pytest.raises(RaceLostError):
            services.table.commit_parts([services.halts.check_running("welcome", other)])
    start(services)
    services.table.commit_parts([services.halts.check_running("welcome", f"customer-{n}") for n in range(20)])


def test_a_mail_that_ses_did_not_take_is_not_tried_again_while_its_campaign_is_stopped(shop):
    customer, post = sign_up(shop), Post("throttled")
    services = shop.services(post)
    assert handle_customer(customer, services, DUE) == "throttled"
    stop(services)
    later = DUE + UNKNOWN_FOR * 2

    assert reconcile_mails(services, later) == {"not due": 1}
    assert len(post.sent) == 1
    start(services)
    assert reconcile_mails(services, later + UNKNOWN_FOR) == {"sent": 1}


def test_a_stop_while_a_mail_is_tried_again_wins_over_it(shop, monkeypatch):
    customer, post = sign_up(shop), Post("throttled")
    services = shop.services(post)
    handle_customer(customer, services, DUE)
    compose = decide.retry_mail.__globals__["try_compose"]
    stops = [True]

    def compose_late(*args):
        if stops:
            stops.pop()
            act_as_rival(stop, services)
        return compose(*args)

    monkeypatch.setitem(decide.retry_mail.__globals__, "try_compose", compose_late)
    handle_customer(customer, services, DUE + UNKNOWN_FOR * 2)
    assert len(post.sent) == 1
    assert [mail.state for mail in services.mails.list_mails(customer)] == [MailState.THROTTLED]


def test_the_other_campaigns_go_on(shop):
    customer, post = sign_up(shop), Post()
    settle_item(shop.accept(an_order("asel@example.org", at=NOW)), shop.services(), NOW)
    services = shop.services(post, a_campaign("a-welcome"), a_campaign("shipped", **ON_ORDER))
    stop(services, "a-welcome")

    assert [handle_customer(customer, services, DUE) for _ in range(2)] == ["sent", "stopped"]
    assert [mail.campaign for mail in services.mails.list_mails(customer)] == ["shipped"]


def test_the_time_of_a_mail_runs_while_its_campaign_is_stopped(shop):
    customer, post = sign_up(shop), Post()
    services = shop.services(post)
    stop(services)
    handle_customer(customer, services, DUE)
    start(services)
    late = DUE + timedelta(days=400)
    assert handle_customer(customer, services, late) == "not due"
    assert post.sent == []


def test_who_stopped_a_campaign_and_when_can_be_read(shop):
    services = shop.services()
    stop(services)
    names = [each.name for each in list_campaigns(try_out=True)]
    halts = services.halts.read_halts(names)
    assert {name: halt.by for name, halt in halts.items()} == {"welcome": MARA}
    assert halts["welcome"].at.startswith(DUE.strftime("%Y-%m-%dT%H:%M"))
    with pytest.raises(RaceLostError):
        stop(services)
    start(services)
    with pytest.raises(RaceLostError):
        start(services)
    assert services.halts.read_halts(names) == {}
