"""The function that sends: its pace, its messages, and what it gives back to the queue."""

import json
from datetime import timedelta

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.functions import quota as quotas
from chalicelib.functions import record_feedback, send_mails
from chalicelib.functions.timing import HIDDEN_FOR, read_receipt_time
from chalicelib.mails.pace import SHARES, Pace
from chalicelib.mails.ses import Quota
from chalicelib.models import MailState
from chalicelib.outreach.decide import handle_customer
from infra.local.queue_pump import date_attributes
from infra.template import read_template
from tests.builders.campaigns import a_campaign
from tests.builders.mails import DUE, Post, sign_up


@pytest.mark.parametrize("words", ["Successfully validated SNS topic for Amazon SES event publishing.", "[]", ""])
def test_what_is_no_event_of_ses_is_not_ours_and_fails_nothing(words):
    sns = {"Message": words, "MessageId": "m-1", "Timestamp": "2026-03-01T12:00:00Z"}
    assert record_feedback.handle({"Records": [{"Sns": sns}]}) == {"accepted": 0, "not ours": 1}


class Clock:
    """A clock for `time` that moves when one sleeps, `late` seconds longer than was asked."""

    def __init__(self, late=0.0):
        self.now, self.late = 1_000.0, late

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds + (self.late if seconds else 0)


@pytest.mark.parametrize("late", [0.0, 0.004, 0.025])
def test_pace_keeps_under_the_rate_of_the_account(monkeypatch, late):
    clock = Clock(late)
    monkeypatch.setattr("chalicelib.mails.pace.time", clock)
    pace = Pace()
    pace.set_rate(250.0, "send_mails")  # a hundred a second is our share

    began = clock.now
    waited = [pace.wait_turn() for _ in range(21)]

    assert clock.now - began >= 0.2 - 1e-6  # twenty gaps of a hundredth of a second
    assert sum(waited) <= 0.2 + 1e-6


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


def test_whatever_is_wrong_with_one_person_does_not_hold_up_the_next(shop, monkeypatch):
    broken, other = sign_up(shop, "p0@example.org"), sign_up(shop, "p1@example.org")
    post = Post(ArithmeticError("nobody thought of this"))
    services = shop.services(post)
    monkeypatch.setattr(send_mails, "current_services", lambda: services)

    assert send_mails.handle_record(a_message(broken, other), end=float("inf")) is False
    assert [to for to, _, _ in post.sent] == ["p0@example.org", "p1@example.org"]
    assert [mail.state for mail in services.mails.list_mails(other)] == [MailState.SENT]
