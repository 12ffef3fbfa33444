"""Tally: option ids become words, nothing is counted twice, and only a question asks for an address."""

from datetime import UTC, datetime

import pytest

from chalicelib.errors import UnreadableError
from chalicelib.models import Trust
from chalicelib.senders import read_submission, tally
from tests.payloads.deliveries import NOW, read_payload, sign_delivery, write_body


def parse_body(body):
    raw = write_body(body)
    return tally.parse(raw, sign_delivery("tally", raw), NOW)


def read_fields(*fields):
    body = read_payload("tally/response")
    body["data"]["fields"] = list(fields)
    return tally.interpret(parse_body(body))


def test_a_response_is_named_by_its_form_its_event_and_its_own_id():
    submission = parse_body(read_payload("tally/response"))
    assert (submission.sender, submission.shop, submission.topic) == ("tally", "TaLLy1", "FORM_RESPONSE")
    assert submission.claims == ("event:a4cb511e-0000-4000-8000-b815d718dfd1", "response:2wgx4n")
    assert submission.occurred_at == datetime(2026, 10, 7, 15, 0, 21, tzinfo=UTC)
    assert submission.trust is Trust.OWN


def test_a_response_is_read_in_the_words_of_its_questions():
    reading = tally.interpret(parse_body(read_payload("tally/response")))
    assert (reading.kind, reading.email, reading.phone) == ("response", "farah@example.com", "+77010000003")
    assert reading.consents == ()
    assert reading.entry is not None
    assert reading.entry.values == {
        "hidden:utm_campaign": "autumn",
        "hidden:email": "hidden@example.org",
        "Name": "Farah Karimi",
        "Email": "farah@example.com",
        "Phone": "+77010000003",
        "Tea": ["سبز"],
        "Sports": ["Swimming", "Skiing"],
        "Order": ["Pear", "Apple"],
        "Service": {"Quality": ["Bad"], "Speed": ["Good"]},
        "Payment (price)": 9,
        "Payment (email)": "payer@example.org",
        "Why?": "first",
        "question_t2": "second",
    }


def test_a_hidden_or_paying_address_is_not_the_visitors():
    reading = read_fields(
        {"key": "k1", "label": "email", "type": "HIDDEN_FIELDS", "value": "victim@example.com"},
        {"key": "k2_email", "label": "Payment (email)", "type": "PAYMENT", "value": "payer@example.org"},
    )
    assert reading.email == ""


@pytest.mark.parametrize(
    "field",
    [
        {},
        {"type": None, "value": 1},
        {"key": 5, "label": None, "type": "INPUT_TEXT", "value": "x"},
        {"key": "a", "label": "A", "type": "MATRIX", "value": None},
        {"key": "a", "type": "MATRIX", "value": [1]},
        {"key": "a", "type": "DROPDOWN", "value": "o1", "options": None},
        {"key": "a", "type": "DROPDOWN", "value": [["o1"], {"x": 1}], "options": [{"id": "o1", "text": None}]},
        {"key": "a", "type": "RANKING", "value": {"o1": 1}, "options": [{"id": {}}]},
        {"key": "a", "type": "INPUT_EMAIL", "value": ["x"]},
        {"key": "a", "type": "HOLOGRAM", "value": {"x": 1}},
    ],
)
def test_an_odd_field_never_stops_a_reading(field):
    good = {"key": "k9", "label": "Email", "type": "INPUT_EMAIL", "value": "farah@example.com"}
    assert read_fields(field, None, 7, good).email == "farah@example.com"


@pytest.mark.parametrize("data", [None, {}, [], {"formId": "x"}, {"formId": "a/b", "fields": []}])
def test_a_response_without_its_form_or_fields_is_kept_and_cannot_be_read(data):
    with pytest.raises(UnreadableError):
        read_submission(parse_body({**read_payload("tally/response"), "data": data}))


@pytest.mark.parametrize("event_type", [None, "", "form response", 5])
def test_an_odd_event_type_is_kept_and_cannot_be_read(event_type):
    with pytest.raises(UnreadableError):
        read_submission(parse_body({**read_payload("tally/response"), "eventType": event_type}))


def test_an_event_that_we_do_not_know_is_kept_whole():
    submission = parse_body({"eventId": "e", "eventType": "FORM_CLOSED"})
    assert tally.interpret(submission).kind == "other"
