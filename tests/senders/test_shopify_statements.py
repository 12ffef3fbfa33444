"""Shopify: how far a statement is proven, when it was made, what was not bought, and bodies of any size."""

import base64
import hashlib
import random
from datetime import timedelta

import pytest

from chalicelib.errors import UnreadableError
from chalicelib.models import Grade, OrderState
from chalicelib.senders import read_submission, shopify
from chalicelib.senders.sizes import fit_submission
from tests.payloads.deliveries import NOW, read_payload, sign_delivery, write_body


def parse_body(topic, body):
    raw = write_body(body)
    return shopify.parse(raw, sign_delivery("shopify", raw, topic), NOW)


def read_body(topic, body):
    return shopify.interpret(parse_body(topic, body))


def test_a_merge_hands_over_once_it_is_completed():
    body = read_payload("shopify/customer-merge")
    merged = read_body("customers/merge", body)
    assert (merged.kind, merged.sender_id, merged.replaces) == (
        "customer",
        "706405506930370085",
        ("706405506930370084",),
    )
    for status in ("in_progress", "failed", "COMPLETE", ""):
        assert read_body("customers/merge", {**body, "status": status}).replaces == ()


def test_a_deleted_customers_account_ends():
    assert read_body("customers/delete", read_payload("shopify/customer-deleted")).ends


@pytest.mark.parametrize(
    ("level", "grade"),
    [
        ("confirmed_opt_in", Grade.SIGNED),
        ("single_opt_in", Grade.TYPED),
        ("unknown", Grade.TYPED),
        (None, Grade.TYPED),
        ("something_new", Grade.TYPED),
    ],
)
def test_only_a_confirmed_opt_in_is_proven(level, grade):
    statement = {"state": "subscribed", "opt_in_level": level, "consent_updated_at": "2026-10-01T10:00:00Z"}
    body = {"customer_id": 5, "email_address": "Vic@Example.org", "email_marketing_consent": statement}
    (consent,) = read_body("customers_email_marketing_consent/update", body).consents
    assert (consent.grade, consent.address) == (grade, "vic@example.org")


def test_no_statement_is_dated_after_its_receipt():
    ahead = (NOW + timedelta(days=30)).isoformat()
    statement = {"state": "subscribed", "opt_in_level": "confirmed_opt_in", "consent_updated_at": ahead}
    body = {"customer_id": 5, "email_address": "vic@example.org", "email_marketing_consent": statement}
    (consent,) = read_submission(parse_body("customers_email_marketing_consent/update", body)).consents
    order = {**read_payload("shopify/order"), "updated_at": ahead, "created_at": ahead, "processed_at": ahead}
    (bought,) = read_submission(parse_body("orders/updated", order)).orders
    assert consent.at == bought.updated_at == bought.placed_at == NOW


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("expired", OrderState.UNPAID),
        ("voided", OrderState.CANCELLED),
        ("pending", OrderState.OPEN),
        ("authorized", OrderState.OPEN),
        ("a_new_word", OrderState.OPEN),
    ],
)
def test_what_was_not_bought_is_no_purchase(status, state):
    body = {**read_payload("shopify/order"), "financial_status": status, "cancelled_at": None}
    assert read_body("orders/updated", body).orders[0].state is state


def test_an_order_of_eight_hundred_lines_is_kept_whole_and_read():
    body = read_payload("shopify/order")
    line = {**body["line_items"][0], "properties": [], "tax_lines": [{"title": "VAT", "rate": "0.06"}] * 3}
    lines = [{**line, "id": number, "sku": f"TEA-{number}"} for number in range(800)]
    body |= {"line_items": lines, "fulfillments": [{"id": 1, "line_items": lines}]}
    submission = fit_submission(parse_body("orders/updated", body))
    assert not submission.reduced
    assert len(read_submission(submission).orders[0].items) == 800


def test_a_body_that_fits_no_row_is_cut_to_what_is_read_and_keeps_its_key():
    noise = base64.b64encode(random.Random(7).randbytes(400_000)).decode()
    body = {**read_payload("shopify/order"), "note": noise}
    whole = parse_body("orders/updated", body)
    submission = fit_submission(whole)
    assert (submission.reduced, submission.idempotency_key) == (True, hashlib.sha256(whole.body).hexdigest())
    assert read_submission(submission) == read_submission(whole)
    assert fit_submission(whole) == submission
    broken = fit_submission(whole.model_copy(update={"body": whole.body[:-1]}))
    with pytest.raises(UnreadableError):
        read_submission(broken)
