"""The function that sends: its pace, its messages, and what it gives back to the queue."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.errors import UnreadableError
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


def a_notice(words):
    """Return a record of SNS with this text."""
    return {"Sns": {"Message": words, "MessageId": "m-1", "Timestamp": "2026-03-01T12:00:00Z"}}


OTHERS = [
    "Successfully validated SNS topic for Amazon SES event publishing.",
    "{}",
    '{"eventType": "Bounce"}',
    '{"eventType": "Bounce", "mail": {}}',
    '{"eventType": "Bounce", "mail": {"tags": {"campaign": ["welcome"]}}}',
    '{"eventType": "Bounce", "mail": {"tags": {"attempt": []}}}',
    '{"eventType": "Parcel", "mail": {"tags": {"attempt": ["a"]}}}',
]


@pytest.mark.parametrize("words", OTHERS)
def test_feedback_without_our_attempt_is_counted_and_accepted_by_nobody(words):
    assert record_feedback.handle({"Records": [a_notice(words)]}) == {"accepted": 0, "not ours": 1}


@pytest.mark.parametrize(
    "words",
    [
        "",
        "[]",
        "asel@example.org bounced",
        '{"eventType":',
        '{"eventType": "Bounce", "mail": "asel@example.org"}',
        '{"eventType": "Bounce", "mail": {"tags": ["attempt"]}}',
        '{"eventType": "Bounce", "mail": {"tags": {"attempt": {"a": 1}}}}',
        '{"eventType": "Bounce", "mail": {"tags": {"attempt": ["a"]}}, "bounce": ["asel@example.org"]}',
    ],
)
def test_feedback_that_cannot_be_read_fails_after_the_others_were_accepted(shop, monkeypatch, caplog, words):
    submissions = []
    monkeypatch.setattr(record_feedback, "open_door", lambda: SimpleNamespace(accept=submissions.append))
    good = '{"eventType": "Delivery", "mail": {"tags": {"attempt": ["a"]}}}'

    with pytest.raises(UnreadableError, match=r"^feedback$"):
        record_feedback.handle({"Records": [a_notice(words), a_notice(good)]})

    assert [submission.topic for submission in submissions] == ["Delivery"]
    [line] = [record for record in caplog.records if record.msg == "feedback_unreadable"]
    assert (line.key, "asel" in line.reason) == ("m-1", False)


@pytest.mark.parametrize("body", ["", "c1", "{}", '"c1"', "null", "[1]", '["c1", null]', '[["c1"]]', '[""]', '["c1"'])
def test_message_that_is_no_list_of_ids_comes_back_and_holds_up_no_other(shop, monkeypatch, body):
    customer, post = sign_up(shop), Post()
    services = shop.services(post)
    monkeypatch.setattr(send_mails, "current_services", lambda: services)
    monkeypatch.setattr(send_mails, "ask_quota", lambda *_: Quota(1_000.0, None, enabled=True))
    good = a_message(customer)

    answer = send_mails.handle({"Records": [{**good, "messageId": "bad", "body": body}, good]})

    assert answer == {"batchItemFailures": [{"itemIdentifier": "bad"}]}
    assert [mail.state for mail in services.mails.list_mails(customer)] == [MailState.SENT]


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
