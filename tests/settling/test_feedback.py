"""SES's feedback: our own attempt tells whom a bounce, complaint or delivery is about; soft bounces add up."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from chalicelib.models import MailState
from chalicelib.optin.ask import ask_waiting
from chalicelib.outreach.decide import handle_customer
from chalicelib.senders import read_submission
from chalicelib.settling.dispatch import settle_item
from chalicelib.settling.effects import note_returns
from chalicelib.shop.stops import MOST_SOFT, SOFT_STOP
from chalicelib.store.reputation import Rates
from tests.builders.campaigns import a_campaign
from tests.builders.erasures import finish, forget
from tests.builders.mails import BOUNCE, COMPLAINT, DUE, Post, list_reasons, sign_up, stop_address, tell
from tests.builders.optin import START
from tests.builders.optin import sign_up as sign_up_unconfirmed
from tests.builders.orders import an_order
from tests.builders.shop import NOW, a_submission

ASEL, OTHER = "asel@example.org", "bota@example.net"
DAY = timedelta(days=1)
SERVICE = {"kind": "transactional", "template": "pre-order-shipped", "offer": None}
NAMED = {
    "forwarded to another customer": [OTHER],
    "forwarded to nobody we know": ["forwarded-to@example.net"],
    "a name beside the address": ["U8 <U8@example.org>"],
    "another case": ["ASEL@Example.ORG"],
    "two recipients": [ASEL, OTHER],
    "two that are one": [ASEL, "Asel@example.org"],
    "nobody": [],
    "no address": [None, "", "undisclosed"],
}


def send_one(shop, email=ASEL):
    """Let somebody sign up and get a mail; return their id and the attempt."""
    customer, post = sign_up(shop, email), Post()
    assert handle_customer(customer, shop.services(post), DUE) == "sent"
    return customer, post.sent[0][2]


def list_attempts(shop, customer, count):
    """Return the attempts of so many more mails to a customer."""
    people, attempts = shop.services().people, [f"attempt-{number}" for number in range(count)]
    for attempt in attempts:
        people.table.commit_parts(people.claim_attempt(attempt, customer, ASEL))
    return attempts


def a_bounce(*addresses, subtype="General", kind="Permanent"):
    """Return the detail of a bounce that names addresses."""
    whose = [{"emailAddress": address} for address in addresses]
    return {"bounce": {"bounceType": kind, "bounceSubType": subtype, "bouncedRecipients": whose}}


def a_complaint(*addresses):
    """Return the detail of a complaint that names addresses."""
    whose = [{"emailAddress": address} for address in addresses]
    return {"complaint": {"complaintFeedbackType": "abuse", "complainedRecipients": whose}}


@pytest.mark.parametrize("named", NAMED.values(), ids=NAMED)
@pytest.mark.parametrize(("kind", "reason"), [("Bounce", "bounced"), ("Complaint", "complained")])
def test_feedback_stops_whom_we_mailed_whatever_address_it_names(shop, kind, reason, named):
    _, attempt = send_one(shop)
    send_one(shop, OTHER)
    detail = a_bounce(*named) if kind == "Bounce" else a_complaint(*named)

    assert tell(shop, kind, attempt, **detail) == "settled"

    assert list_reasons(shop, ASEL) == {reason}
    assert list_reasons(shop, OTHER) == list_reasons(shop, "U8@example.org") == set()


def test_feedback_leaves_no_address_in_the_inbox(shop):
    _, attempt = send_one(shop)
    tell(shop, "Bounce", attempt, **a_bounce(OTHER))
    history = shop.read_history(shop.find_id(ASEL))
    assert OTHER not in json.dumps([event.submission.body.decode() for event in history])


def test_feedback_stops_the_address_that_was_mailed_and_not_the_one_on_file_since(shop):
    customer, attempt = send_one(shop)
    people = shop.services().people
    person = people.load_person(customer)
    email = person.profile.fields["email"].model_copy(update={"value": OTHER})
    moved = person.profile.model_copy(update={"fields": {**person.profile.fields, "email": email}})
    people.table.commit_parts([people.write_core(person, moved, None)])

    tell(shop, "Bounce", attempt, **BOUNCE)

    assert (list_reasons(shop, ASEL), list_reasons(shop, OTHER)) == ({"bounced"}, set())


def test_feedback_of_an_attempt_before_the_last_stops_its_address_too(shop):
    customer, post = sign_up(shop), Post("throttled", "accepted")
    services = shop.services(post)
    handle_customer(customer, services, DUE)
    assert handle_customer(customer, services, DUE + timedelta(hours=2)) == "sent"
    first, second = [attempt for _, _, attempt in post.sent]

    assert first != second
    tell(shop, "Complaint", first, **COMPLAINT)
    assert list_reasons(shop, ASEL) == {"complained"}


def test_feedback_of_a_mail_whose_row_retention_removed_stops_its_address(shop):
    customer, attempt = send_one(shop)
    services = shop.services()
    [mail] = services.mails.list_mails(customer)
    services.table.commit_parts([services.mails.delete_mail(customer, mail)])

    assert tell(shop, "Complaint", attempt, DUE + 400 * DAY, **COMPLAINT) == "settled"

    assert list_reasons(shop, ASEL) == {"complained"}


@pytest.mark.parametrize("kind", ["Bounce", "Complaint", "Delivery"])
@pytest.mark.parametrize("gone", ["never ours", "erased", "another shop's"])
def test_feedback_of_an_attempt_that_is_not_known_stops_nobody_and_is_logged(shop, caplog, kind, gone):
    _, attempt = send_one(shop)
    if gone == "erased":
        forget(shop, ASEL)
        assert finish(shop, None)
    else:
        attempt = {"never ours": "cGFyY2Vs", "another shop's": ASEL}[gone]
    caplog.clear()

    assert tell(shop, kind, attempt, DUE + DAY, **a_bounce(ASEL), **a_complaint(ASEL)) == "nobody"

    assert list_reasons(shop, ASEL) == set()
    [line] = [record for record in caplog.records if record.msg == "feedback_unknown"]
    assert line.reason == kind
    assert ASEL not in json.dumps([str(vars(record)) for record in caplog.records if record.msg != "feedback_unknown"])
    assert ASEL not in line.key


@pytest.mark.parametrize(
    ("detail", "rates"),
    [
        (a_bounce(ASEL), Rates(1, 1, 0)),
        (a_bounce(ASEL, subtype="Suppressed"), Rates(1, 1, 0)),
        (a_bounce(ASEL, subtype="OnAccountSuppressionList"), Rates(1, 0, 0)),
    ],
)
def test_address_on_the_list_of_the_account_is_stopped_and_is_no_bounce_to_amazon(shop, detail, rates):
    _, attempt = send_one(shop)

    tell(shop, "Bounce", attempt, **detail)

    assert list_reasons(shop, ASEL) == {"bounced"}
    assert shop.services().reputation.read_rates(DUE) == rates


@pytest.mark.parametrize("kind", ["Transient", "Undetermined", ""])
def test_soft_bounces_add_up_to_a_stop_that_ends_by_itself(shop, kind):
    customer, _ = send_one(shop)
    second = a_campaign("second", when={"trigger": "after-sign-up", "days": 8})
    for number, attempt in enumerate(list_attempts(shop, customer, MOST_SOFT)):
        assert list_reasons(shop, ASEL) == set()
        detail = a_bounce(ASEL, kind=kind, subtype="MailboxFull")
        tell(shop, "Bounce", attempt, DUE + number * timedelta(hours=1), **detail)

    assert list_reasons(shop, ASEL) == {"soft-bounced"}
    last = DUE + (MOST_SOFT - 1) * timedelta(hours=1)
    services = shop.services(Post(), a_campaign(), second)
    assert handle_customer(customer, services, DUE + DAY) == "suppressed"
    stops = services.suppressions
    rows = services.people.find_mailed("mail:attempt-0")
    assert (stops.is_stopped(rows, "marketing", last + SOFT_STOP), len(rows)) == (False, 1)


def test_delivery_between_soft_bounces_begins_the_count_anew(shop):
    customer, _ = send_one(shop)
    for number, attempt in enumerate(list_attempts(shop, customer, MOST_SOFT)):
        moment = DUE + number * timedelta(hours=1)
        tell(shop, "Bounce", attempt, moment, **a_bounce(ASEL, kind="Transient"))
        if number == 2:
            assert tell(shop, "Delivery", attempt, moment + timedelta(minutes=5)) == "settled"

    assert list_reasons(shop, ASEL) == set()


def test_mail_counts_one_soft_bounce_however_often_it_is_told(shop):
    _, attempt = send_one(shop)
    for number in range(MOST_SOFT + 1):
        tell(shop, "Bounce", attempt, DUE + number * timedelta(hours=1), **a_bounce(ASEL, kind="Transient"))

    assert list_reasons(shop, ASEL) == set()


@pytest.mark.parametrize(
    ("reason", "sent"), [("bounced", False), ("soft-bounced", False), ("complained", True), ("wish", True)]
)
def test_stop_of_advertising_does_not_hold_back_news_of_an_order(shop, reason, sent):
    settle_item(shop.accept(an_order(ASEL, at=NOW)), shop.services(), NOW)
    stop_address(shop, ASEL, reason)
    news = a_campaign(**SERVICE, when={"trigger": "after-purchase", "days": 7})

    outcome = handle_customer(shop.find_id(ASEL), shop.services(Post(), news), DUE)

    assert outcome == (MailState.SENT if sent else MailState.SUPPRESSED)


@pytest.mark.parametrize(
    ("reason", "asked"), [("bounced", False), ("soft-bounced", False), ("complained", False), ("wish", True)]
)
def test_stop_holds_back_the_question_of_a_sign_up_but_for_a_wish(shop, reason, asked):
    stop_address(shop, ASEL, reason, START)
    sign_up_unconfirmed(shop)

    assert ask_waiting(shop.services(Post()), START) == {"asked" if asked else "unasked": 1}


@pytest.mark.parametrize("claims", [("event:1", "event:1"), ("event:1", "event:2", "event:1"), ("a",) * 9])
def test_submission_that_names_an_id_twice_is_settled(shop, claims):
    key = shop.accept(a_submission(email=ASEL, claims=claims))
    assert settle_item(key, shop.services(), NOW) == "settled"


@pytest.mark.parametrize(
    ("totals", "revenue"), [((30, 30), "30"), ((30, 35), "35"), ((35, 30), "35"), ((35, 30, 35), "35")]
)
def test_order_that_is_named_twice_in_one_submission_is_one_return_as_last_described(shop, totals, revenue):
    customer, _ = send_one(shop)
    services, order = shop.services(), an_order(ASEL, at=DUE + DAY)
    reading = read_submission(order)
    [placed] = reading.orders
    orders = tuple(
        placed.model_copy(update={"total": Decimal(total), "updated_at": placed.updated_at + total * DAY})
        for total in totals
    )

    person = services.people.load_person(customer)
    twice = reading.model_copy(update={"orders": orders})
    services.table.commit_parts(note_returns(person, order, twice, services))

    [fact] = [fact for fact in services.facts.list_facts("welcome") if fact.kind == "returned"]
    assert fact.numbers["revenue"] == revenue
