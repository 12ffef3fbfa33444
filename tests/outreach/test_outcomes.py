"""What becomes of a mail: parked, closed by word of SES, stopped, and never in doubt for long."""

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from chalicelib.models import MailState
from chalicelib.outreach.decide import handle_customer
from chalicelib.outreach.reconcile import reconcile_mails, reconcile_occasion
from chalicelib.outreach.send import UNKNOWN_FOR
from chalicelib.settling.dispatch import settle_item
from chalicelib.store.reputation import Rates
from tests.builders.campaigns import a_campaign
from tests.builders.mails import BOUNCE, COMPLAINT, DUE, NOT_SPAM, SOFT, Killed, Post, count_facts, sign_up, tell
from tests.builders.orders import an_order
from tests.builders.shop import NOW


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
    row = {"pk": {"S": f"cust#{broken}"}, "sk": {"S": "core"}}
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


def test_reception_is_counted_once(shop):
    customer, post = sign_up(shop), Post("unknown")
    services = shop.services(post)
    handle_customer(customer, services, DUE)
    attempt = post.sent[0][2]

    for kind, detail in (("Bounce", BOUNCE), ("Send", {}), ("Bounce", BOUNCE), ("Complaint", COMPLAINT)):
        tell(shop, kind, attempt, **detail)

    assert services.reputation.read_rates(DUE) == Rates(sent=1, bounced=1, complained=1)
