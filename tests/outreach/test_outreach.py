"""Offers go out once: decided in one transaction, one attempt, and whatever becomes of it is accounted for."""

import json
import re
import threading
from collections import Counter
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from chalicelib.campaigns.library import list_campaigns
from chalicelib.errors import RaceLostError
from chalicelib.functions import quota as quotas
from chalicelib.functions import record_feedback, send_mails
from chalicelib.functions.timing import HIDDEN_FOR, read_receipt_time
from chalicelib.mails.pace import SHARES, Pace
from chalicelib.mails.ses import Quota
from chalicelib.models import ConsentState, Identity, MailState, Submission, Trust
from chalicelib.outreach.decide import handle_customer
from chalicelib.outreach.reconcile import reconcile_mails, reconcile_occasion
from chalicelib.outreach.send import UNKNOWN_FOR
from chalicelib.report import build_report
from chalicelib.senders.link import note_click, withdraw_consent
from chalicelib.settling.dispatch import settle_item
from chalicelib.store.facts import name_order
from chalicelib.store.links import name_token
from chalicelib.store.reputation import Rates
from chalicelib.strictjson import dump_json
from infra.local.queue_pump import date_attributes
from infra.template import read_template
from tests.builders.campaigns import OFFER, a_campaign
from tests.builders.mails import (
    BOUNCE,
    COMPLAINT,
    CONSENT,
    DUE,
    NOT_SPAM,
    SOFT,
    Killed,
    Post,
    count_facts,
    sign_up,
    stop_address,
    tell,
)
from tests.builders.orders import an_order
from tests.builders.shop import NOW, a_submission


def test_due_person_gets_one_mail_and_never_a_second(shop):
    customer, post = sign_up(shop), Post()
    services = shop.services(post)

    outcomes = [handle_customer(customer, services, DUE + timedelta(hours=turn)) for turn in range(3)]

    assert outcomes == ["sent", "not due", "not due"]
    [(to, mail, _)] = post.sent
    assert to == "asel@example.org"
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert count_facts(services) == {"planned": 1, "sent": 1}


def test_mail_enters_the_history_and_the_profile_is_still_its_fold(shop):
    from chalicelib.people.profile import fold_history
    from tests.builders.shop import read_all_events

    customer = sign_up(shop)
    handle_customer(customer, shop.services(Post()), DUE)

    profile = shop.open_profile(customer)
    [note] = profile.mails.values()
    assert note.state is MailState.INTENT
    assert fold_history(customer, read_all_events(shop)) == profile.model_copy(update={"identities": ()})


@pytest.mark.parametrize(("by", "seen"), [("machine", NOW), ("person", DUE)])
def test_last_seen_is_a_sign_of_the_persons_own_and_no_mail_of_ours(shop, by, seen):
    customer, post = sign_up(shop), Post()
    services = shop.services(post)
    handle_customer(customer, services, DUE)
    tell(shop, "Delivery", post.sent[0][2])
    token = re.search(r"/go/([\w-]{43})", post.sent[0][1].text)[1]
    visit = note_click(services.links.read_link(token, DUE), name_token(token), by, DUE)
    assert settle_item(shop.accept(visit), shop.services(), DUE) == "settled"

    assert shop.open_profile(customer).last_seen == seen


def test_code_is_the_persons_own_and_stands_behind_the_link(shop):
    customer, post = sign_up(shop), Post("throttled", "accepted")
    services = shop.services(post)

    handle_customer(customer, services, DUE)
    handle_customer(customer, services, DUE + timedelta(minutes=5))

    codes = {row.code for row in services.mails.list_mails(customer)}
    assert len(codes) == 1
    [code] = codes
    assert code.startswith("BACK-")
    assert all(code in mail.html and code in mail.text for _, mail, _ in post.sent)


def test_nobody_is_mailed_without_consent(shop):
    shop.take(a_submission(email="asel@example.org", entry={"topic": "tea"}))
    post = Post()

    assert handle_customer(shop.find_id("asel@example.org"), shop.services(post), DUE) == "not due"
    assert post.sent == []


def withdraw(shop, customer, at=DUE):
    """Let a person press the unsubscribe link of some mail of theirs."""
    services = shop.services()
    name = name_token(f"token-{customer}")
    rows = services.people.name_rows(Identity(kind="link", value=name))
    services.people.table.commit_parts([services.people.identities.write_owner(row, customer) for row in rows])
    said = {"link": name, "purpose": "marketing", "language": "en", "network": "", "campaign": "", "mail_id": ""}
    pressed = Submission(
        sender="link",
        topic="unsubscribe",
        trust=Trust.OWN,
        received_at=at,
        occurred_at=at,
        idempotency_key=name + at.isoformat(),
        body=dump_json(said),
    )
    return settle_item(shop.accept(pressed), services, at)


def test_unsubscribe_sticks(shop):
    customer, post = sign_up(shop), Post()

    assert withdraw(shop, customer) == "settled"

    assert handle_customer(customer, shop.services(post), DUE) == "not due"
    assert post.sent == []


def test_link_to_stop_ends_the_purpose_that_its_mail_was_sent_for(shop):
    customer, post = sign_up(shop), Post()
    shop.take(a_submission(email="asel@example.org", at=NOW + timedelta(1), consents=[{**CONSENT, "purpose": "sms"}]))
    campaigns = [a_campaign(name, purpose="sms", when={"trigger": "after-sign-up", "days": 7}) for name in ("c1", "c2")]
    services, later = shop.services(post, *campaigns), DUE + timedelta(days=1)
    assert handle_customer(customer, services, later) == "sent"
    token = re.search(r"/unsubscribe/([\w-]{43})", post.sent[0][1].text)[1]
    link = services.links.read_link(token, later)

    said = withdraw_consent(link, name_token(token), later, network="", language="en")
    assert settle_item(shop.accept(said), shop.services(), later) == "settled"

    assert shop.open_profile(customer).consents["sms"].state is ConsentState.WITHDRAWN
    assert handle_customer(customer, services, later) == "not due"
    assert len(post.sent) == 1


def test_link_that_is_nobodys_makes_nobody(shop):
    said = {"link": "x" * 43, "purpose": "marketing", "language": "en", "network": "", "campaign": "", "mail_id": ""}
    pressed = a_submission().model_copy(update={"sender": "link", "topic": "unsubscribe", "body": dump_json(said)})

    assert settle_item(shop.accept(pressed), shop.services(), NOW) == "nobody"
    assert shop.list_customers() == []


def test_stop_between_reading_and_the_intent_wins(shop, monkeypatch):
    customer, post = sign_up(shop), Post()
    services = shop.services(post)
    commit = services.people.table.commit_parts
    raced = []

    def unsubscribe_first(parts):
        if not raced:
            raced.append(withdraw(shop, customer))
        return commit(parts)

    monkeypatch.setattr(services.people.table, "commit_parts", unsubscribe_first)

    assert handle_customer(customer, services, DUE) == "not due"
    assert raced == ["settled"]
    assert post.sent == []


def test_suppression_between_reading_and_the_intent_wins(shop, monkeypatch):
    customer, post = sign_up(shop), Post()
    services = shop.services(post)
    commit = services.people.table.commit_parts
    raced = []

    def bounce_first(parts):
        if not raced:
            raced.append(stop_address(shop, "asel@example.org"))
        return commit(parts)

    monkeypatch.setattr(services.people.table, "commit_parts", bounce_first)

    assert handle_customer(customer, services, DUE) == "suppressed"
    assert post.sent == []


def test_ten_workers_at_once_send_one_mail(shop):
    customer, post = sign_up(shop), Post()
    services = [shop.services(post) for _ in range(10)]
    start, outcomes = threading.Barrier(10), []

    def work(own):
        start.wait()
        try:
            outcomes.append(handle_customer(customer, own, DUE))
        except RaceLostError:
            outcomes.append("lost")

    threads = [threading.Thread(target=work, args=(own,)) for own in services]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(post.sent) == 1
    assert outcomes.count("sent") == 1


@pytest.mark.parametrize("kind", ["throttled", "paused", "unreached"])
def test_what_ses_certainly_did_not_take_is_tried_again(shop, kind):
    customer, post = sign_up(shop), Post(kind, "accepted")
    services = shop.services(post)

    outcomes = [handle_customer(customer, services, DUE + timedelta(minutes=turn)) for turn in range(3)]

    assert outcomes == ["throttled", "sent", "not due"]
    assert len({attempt for _, _, attempt in post.sent}) == 2
    assert count_facts(services) == {"planned": 1, "sent": 1}


def test_mail_that_waits_keeps_no_other_occasion_waiting(shop):
    customer, post = sign_up(shop), Post("throttled", "throttled", "accepted")
    later = a_campaign("later", when={"trigger": "after-sign-up", "days": 8})
    services = shop.services(post, a_campaign(), later)

    outcomes = [handle_customer(customer, services, DUE + timedelta(hours=turn)) for turn in (0, 24, 48, 49)]

    assert outcomes == ["throttled", "sent", "sent", "not due"]
    assert count_facts(services, "welcome") == count_facts(services, "later") == {"planned": 1, "sent": 1}


def test_throttled_mail_ends_when_its_time_is_over(shop):
    customer, post = sign_up(shop), Post("throttled")
    services = shop.services(post)
    handle_customer(customer, services, DUE)

    assert handle_customer(customer, services, DUE + timedelta(days=30)) == "expired"
    assert len(post.sent) == 1


def test_refused_mail_is_never_tried_again(shop):
    customer, post = sign_up(shop), Post("refused")
    services = shop.services(post)

    assert [handle_customer(customer, services, DUE) for _ in range(2)] == ["refused", "not due"]
    assert count_facts(services) == {"planned": 1, "refused": 1}


def test_unknown_offers_are_parked_not_sent_again(shop):
    customer, post = sign_up(shop), Post("unknown")
    services = shop.services(post)

    assert handle_customer(customer, services, DUE) == "unknown"
    assert reconcile_mails(services, DUE + UNKNOWN_FOR / 2) == {}
    assert reconcile_mails(services, DUE + UNKNOWN_FOR * 2) == {"parked": 1}
    assert handle_customer(customer, services, DUE + UNKNOWN_FOR * 3) == "not due"
    assert len(post.sent) == 1
    assert count_facts(services) == {"planned": 1, "parked": 1}


def test_worker_killed_on_the_wire_leaves_a_parked_mail_not_a_second(shop):
    customer, post = sign_up(shop), Post(Killed())
    services = shop.services(post)

    with pytest.raises(Killed):
        handle_customer(customer, services, DUE)

    assert handle_customer(customer, services, DUE + timedelta(minutes=1)) == "not due"
    assert reconcile_mails(services, DUE + UNKNOWN_FOR * 2) == {"parked": 1}
    assert len(post.sent) == 1


def test_word_of_ses_closes_an_unknown_mail(shop):
    customer, post = sign_up(shop), Post("unknown")
    services = shop.services(post)
    handle_customer(customer, services, DUE)
    attempt = post.sent[0][2]

    assert tell(shop, "Send", attempt) == "settled"
    assert tell(shop, "Delivery", attempt) == "settled"

    assert reconcile_mails(services, DUE + UNKNOWN_FOR * 2) == {}
    assert count_facts(services) == {"planned": 1, "sent": 1, "handed_over": 1, "delivered": 1}


def test_late_word_of_ses_takes_a_mail_out_of_the_parked(shop):
    customer, post = sign_up(shop), Post("unknown")
    services = shop.services(post)
    handle_customer(customer, services, DUE)
    reconcile_mails(services, DUE + UNKNOWN_FOR * 2)

    tell(shop, "Delivery", post.sent[0][2])

    assert count_facts(services) == {"planned": 1, "sent": 1, "delivered": 1}


def test_late_word_of_ses_undoes_whatever_end_a_mail_had_come_to(shop):
    post = Post("unknown")
    settle_item(shop.accept(an_order("asel@example.org", at=NOW)), shop.services(), NOW)
    customer = shop.find_id("asel@example.org")
    campaign = a_campaign(
        kind="transactional", template="pre-order-shipped", offer=None, when={"trigger": "after-purchase", "days": 7}
    )
    services = shop.services(post, campaign)
    assert handle_customer(customer, services, DUE) == "unknown"
    assert reconcile_mails(services, DUE + UNKNOWN_FOR * 2) == {"throttled": 1}
    assert handle_customer(customer, services, DUE + timedelta(days=30)) == "expired"

    tell(shop, "Send", post.sent[0][2])

    assert count_facts(services) == {"planned": 1, "sent": 1, "handed_over": 1}


def test_word_of_ses_before_our_own_mark_is_no_second_fact(shop, monkeypatch):
    customer = sign_up(shop)

    class Quick(Post):
        def send_mail(self, to, mail, *, attempt_id, campaign):
            outcome = super().send_mail(to, mail, attempt_id=attempt_id, campaign=campaign)
            tell(shop, "Send", attempt_id)
            return outcome

    services = shop.services(Quick())

    assert handle_customer(customer, services, DUE) == "sent"
    assert count_facts(services) == {"planned": 1, "sent": 1, "handed_over": 1}


def make_conflict() -> ClientError:
    """Return what DynamoDB answers where two transactions want one row, such as a counter; its local double never."""
    reasons = [{"Code": "None"}, {"Code": "TransactionConflict"}]
    error = {"Error": {"Code": "TransactionCanceledException", "Message": ""}, "CancellationReasons": reasons}
    return ClientError(error, "TransactWriteItems")


def test_rival_at_a_shared_counter_leaves_no_mail_in_doubt(shop):
    customer, post = sign_up(shop), Post()
    services = shop.services(post)
    conflicts = [make_conflict(), make_conflict()]

    def conflict_when_closing(params, **_):
        closing = any("Update" in part and ":own" in str(part) for part in params["TransactItems"])
        if closing and conflicts:
            raise conflicts.pop()

    events = services.people.table.client.meta.events
    events.register("provide-client-params.dynamodb.TransactWriteItems", conflict_when_closing)
    try:
        assert handle_customer(customer, services, DUE) == "sent"
    finally:
        events.unregister("provide-client-params.dynamodb.TransactWriteItems", conflict_when_closing)

    assert conflicts == []
    assert [mail.state for mail in services.mails.list_mails(customer)] == [MailState.SENT]


def test_reconciler_leaves_alone_what_was_taken_up_again_meanwhile(shop):
    customer, post = sign_up(shop), Post("throttled", Killed())
    services = shop.services(post)
    handle_customer(customer, services, DUE)
    later = DUE + UNKNOWN_FOR * 2
    listed = list(services.mails.list_open(later - UNKNOWN_FOR))

    with pytest.raises(Killed):
        handle_customer(customer, services, later)

    assert [reconcile_occasion(*one, services, later) for one in listed] == ["moved"]
    assert [mail.state for mail in services.mails.list_mails(customer)] == [MailState.INTENT]
    assert reconcile_mails(services, later + UNKNOWN_FOR * 2) == {"parked": 1}


def test_one_mail_that_cannot_be_reconciled_does_not_hold_up_the_rest(shop):
    broken, *others = [sign_up(shop, f"p{n}@example.org") for n in range(3)]
    services = shop.services(Post("throttled", "unknown", "unknown"))
    for customer in (broken, *others):
        handle_customer(customer, services, DUE)
    customers = services.people.table
    row = {"pk": {"S": f"cust#{broken}"}, "sk": {"S": "profile"}}
    customers.client.update_item(
        TableName=customers.name,
        Key=row,
        UpdateExpression="SET sealed = :other",
        ExpressionAttributeValues={":other": {"B": b"not what we sealed"}},
    )

    assert reconcile_mails(services, DUE + UNKNOWN_FOR * 2) == {"postponed": 1, "parked": 2}


@pytest.mark.parametrize(
    ("kind", "detail", "stopped"),
    [("Bounce", BOUNCE, True), ("Bounce", SOFT, False), ("Complaint", COMPLAINT, True), ("Complaint", NOT_SPAM, False)],
)
def test_permanent_bounce_and_complaint_stop_an_address(shop, kind, detail, stopped):
    customer, post = sign_up(shop), Post()
    services = shop.services(post, a_campaign(), a_campaign("second", when={"trigger": "after-sign-up", "days": 8}))
    handle_customer(customer, services, DUE)

    assert tell(shop, kind, post.sent[0][2], **detail) == "settled"

    outcome = handle_customer(customer, services, DUE + timedelta(days=1))
    assert (outcome == "suppressed") is stopped
    assert len(post.sent) == (1 if stopped else 2)


def test_cap_holds_over_all_campaigns(shop):
    customer, post = sign_up(shop), Post()
    campaigns = [a_campaign(f"c{n}", when={"trigger": "after-sign-up", "days": 7}) for n in range(4)]
    services = shop.services(post, *campaigns)

    outcomes = [handle_customer(customer, services, DUE) for _ in range(5)]

    assert outcomes == ["sent", "sent", "capped", "capped", "not due"]


def test_mail_that_never_went_out_does_not_count_under_the_cap(shop):
    customer, post = sign_up(shop), Post("refused", "throttled", "accepted")
    campaigns = [a_campaign(f"c{n}", when={"trigger": "after-sign-up", "days": 7}) for n in range(3)]
    services = shop.services(post, *campaigns)

    outcomes = [handle_customer(customer, services, DUE) for _ in range(3)]

    assert outcomes == ["refused", "throttled", "sent"]  # the second, tried again
    assert handle_customer(customer, services, DUE) == "sent"
    assert len({attempt for _, _, attempt in post.sent}) == 4


def test_budget_of_a_campaign_holds(shop):
    offer = {**OFFER, "most_spent": "4", "expected_cost": "2"}
    customers, post = [sign_up(shop, f"p{n}@example.org") for n in range(3)], Post()
    services = shop.services(post, a_campaign(offer=offer))

    outcomes = [handle_customer(customer, services, DUE) for customer in customers]

    assert sorted(outcomes) == ["over_budget", "sent", "sent"]
    assert services.budgets.read_budget("welcome") == 400


def test_held_out_people_are_counted_and_not_mailed(shop):
    customers, post = [sign_up(shop, f"p{n}@example.org") for n in range(12)], Post()
    services = shop.services(post, a_campaign(holdout_share=0.5))

    outcomes = Counter(handle_customer(customer, services, DUE) for customer in customers)

    assert outcomes["held_out"] + outcomes["sent"] == 12
    assert len(post.sent) == outcomes["sent"]
    facts = count_facts(services)
    assert facts["planned"] == facts["held_out"] + facts["sent"] == 12


def test_order_after_a_mail_counts_as_a_return_once(shop):
    customer = sign_up(shop)
    services = shop.services(Post())
    handle_customer(customer, services, DUE)
    [mail] = services.mails.list_mails(customer)

    for topic in ("orders/create", "orders/paid"):
        order = an_order("asel@example.org", topic=topic, code=mail.code)
        assert settle_item(shop.accept(order), shop.services(), DUE + timedelta(days=3)) == "settled"

    [fact] = [fact for fact in services.facts.list_facts("welcome") if fact.kind == "returned"]
    assert fact.numbers == {"revenue": "30.00", "currency": "EUR", "by_code": "yes"}
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


def test_due_people_are_found_by_the_index_and_nobody_else(shop):
    asel = sign_up(shop)
    shop.take(a_submission(email="silent@example.org"))
    due = shop.services().find_due(shop.open_profile(asel), NOW)

    assert due is not None
    assert list(shop.services().people_rows.list_due(due - timedelta(seconds=1), 6)) == []
    assert list(shop.services().people_rows.list_due(due, 6)) == [asel]
    assert list(shop.services().people_rows.list_due(due + timedelta(days=20), 6)) == [asel]


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
    assert "It is no advertising." in mail.text
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


@pytest.mark.parametrize("words", ["Successfully validated SNS topic for Amazon SES event publishing.", "[]", ""])
def test_what_is_no_event_of_ses_is_not_ours_and_fails_nothing(words):
    sns = {"Message": words, "MessageId": "m-1", "Timestamp": "2026-03-01T12:00:00Z"}
    assert record_feedback.handle({"Records": [{"Sns": sns}]}) == {"accepted": 0, "not ours": 1}


def test_reception_is_counted_once(shop):
    customer, post = sign_up(shop), Post("unknown")
    services = shop.services(post)
    handle_customer(customer, services, DUE)
    attempt = post.sent[0][2]

    for kind, detail in (("Bounce", BOUNCE), ("Send", {}), ("Bounce", BOUNCE), ("Complaint", COMPLAINT)):
        tell(shop, kind, attempt, **detail)

    assert services.reputation.read_rates(DUE) == Rates(sent=1, bounced=1, complained=1)


def test_mail_that_cannot_be_sent_leaves_no_intent_behind(shop):
    customer, post = sign_up(shop), Post()
    services = shop.services(post, a_campaign(template="welcome"))
    without = {"shop_address": ""}  # which marketing needs
    services.settings = services.settings.model_copy(update=without)

    assert handle_customer(customer, services, DUE) == "refused"
    assert post.sent == []
    assert count_facts(services) == {"planned": 1, "refused": 1}


def test_survey_invitation_leads_to_the_form(shop):
    customer, post = sign_up(shop), Post()
    services = shop.services(post, a_campaign(template="survey-invitation", offer=None, form="survey"))

    handle_customer(customer, services, DUE)

    assert f"{services.settings.public_url}/forms/survey?lang=" in post.sent[0][1].text


def test_pace_keeps_under_the_rate_of_the_account():
    pace = Pace()
    pace.set_rate(250.0, "send_mails")  # a hundred a second is our share

    waited = [pace.wait_turn() for _ in range(20)]

    assert 0.15 <= sum(waited) <= 5  # a busy machine oversleeps


@pytest.mark.parametrize("function", SHARES)
def test_each_sender_keeps_to_its_share_and_knows_a_rate_without_limit(function):
    pace = Pace()
    pace.set_rate(14.0, function)
    assert pace.gap == pytest.approx(1 / 14 / SHARES[function])
    pace.set_rate(0.0, function)
    assert pace.gap == 0


def test_message_that_is_late_comes_back_whole():
    record = {"attributes": {"ApproximateFirstReceiveTimestamp": "1772366400000"}, "body": '["c-1", "c-2"]'}
    assert send_mails.handle_record(record, end=0.0) is False


@pytest.mark.parametrize(
    ("quota", "returned"),
    [(Quota(14, 0, True), []), (Quota(14, 5, False), []), (EndpointConnectionError(endpoint_url="ses"), ["m-1"])],
    ids=["used up", "paused", "SES is down"],
)
def test_what_ses_does_not_let_us_send_is_no_failure_and_stays_due(shop, monkeypatch, quota, returned):
    def open_quota(_):
        if isinstance(quota, Exception):
            raise quota
        return quota

    customer, post = sign_up(shop), Post()
    services = shop.services(post)
    monkeypatch.setattr(send_mails, "current_services", lambda: services)
    services.ses = None
    monkeypatch.setattr(quotas, "read_quota", open_quota)

    answer = send_mails.handle({"Records": [{"messageId": "m-1", **a_message(customer)}]})

    assert [failed["itemIdentifier"] for failed in answer["batchItemFailures"]] == returned
    assert post.sent == []
    assert handle_customer(customer, services, DUE) == "sent"


def a_message(*customers, at=DUE, **attributes):
    """Return a message of the queue as Lambda hands it over."""
    first = {"ApproximateFirstReceiveTimestamp": str(int(at.timestamp() * 1000))}
    return {"attributes": {**first, **attributes}, "body": json.dumps(customers)}


def test_message_that_comes_again_after_hours_sends_nothing_by_night(shop, monkeypatch):
    customer, post = sign_up(shop), Post()
    closes = (DUE + timedelta(minutes=10)).strftime("%H:%M")
    services = shop.services(post, a_campaign(window={"opens": "09:00", "closes": closes}))
    monkeypatch.setattr(send_mails, "current_services", lambda: services)

    assert send_mails.handle_record(a_message(customer, ApproximateReceiveCount="3"), end=float("inf"))
    assert post.sent == []
    assert send_mails.handle_record(a_message(customer, ApproximateReceiveCount="1"), end=float("inf"))
    assert len(post.sent) == 1


def test_local_queue_tells_the_time_of_the_stack_however_often_a_message_came():
    for count in ("1", "4"):
        told = date_attributes({"ApproximateReceiveCount": count}, DUE)
        assert read_receipt_time(told) == DUE


def test_message_is_hidden_for_as_long_as_its_queue_says():
    queue = read_template()["Resources"]["Outreach"]["Properties"]
    assert timedelta(seconds=queue["VisibilityTimeout"]) == HIDDEN_FOR


def test_language_that_is_none_keeps_nobody_from_their_mail(shop):
    customer, post = sign_up(shop, language='en US"'), Post()

    assert handle_customer(customer, shop.services(post), DUE) == "sent"
    assert "/privacy?lang=en" in post.sent[0][1].text


def test_mail_whose_words_are_none_ends_as_refused(shop):
    customer, post = sign_up(shop), Post()
    services = shop.services(post)
    services.settings = services.settings.model_copy(update={"shop_name": "Corner\x00"})

    assert handle_customer(customer, services, DUE) == "refused"
    assert count_facts(services) == {"planned": 1, "refused": 1}


def test_whatever_is_wrong_with_one_person_does_not_hold_up_the_next(shop, monkeypatch):
    broken, other = sign_up(shop, "p0@example.org"), sign_up(shop, "p1@example.org")
    post = Post(ArithmeticError("nobody thought of this"))
    services = shop.services(post)
    monkeypatch.setattr(send_mails, "current_services", lambda: services)

    assert send_mails.handle_record(a_message(broken, other), end=float("inf")) is False
    assert [to for to, _, _ in post.sent] == ["p0@example.org", "p1@example.org"]
    assert [mail.state for mail in services.mails.list_mails(other)] == [MailState.SENT]


def test_who_is_cut_off_while_waiting_for_a_turn_leaves_no_intent_behind(shop):
    customer, post = sign_up(shop), Post()
    services = shop.services(post)

    class Cut(Pace):
        def wait_turn(self):
            raise Killed

    cut = shop.services(post)
    cut.pace = Cut()
    with pytest.raises(Killed):
        handle_customer(customer, cut, DUE)
    assert (services.mails.list_mails(customer), count_facts(services)) == ([], {})
    assert handle_customer(customer, services, DUE) == "sent"
