"""Webhook deliveries through the whole app: the status codes that senders live by, and nothing kept on a refusal."""

import gzip
import hashlib
import hmac
import json
import logging
from datetime import timedelta

import pytest

from chalicelib.senders.sizes import MOST_BYTES
from chalicelib.settling.dispatch import sweep_inbox
from tests.builders.api import read_json, start_container
from tests.builders.hooks import ORDER, post_order, sign
from tests.builders.shop import NOW


def test_signed_order_becomes_a_customer(api, shop):
    answer = post_order(api)

    assert (answer.status_code, read_json(answer)) == (202, {"status": "accepted"})
    assert sweep_inbox(shop.services(), NOW + timedelta(hours=1)) == {"settled": 1}
    profile = shop.read_profile("asel@example.org")
    [row] = shop.read_record("asel@example.org").orders.values()
    order = row.order
    assert (order.id, str(order.total), order.currency) == ("820982911946154515", "15900.00", "KZT")
    assert profile.last_purchase is not None


def test_redelivery_is_answered_as_known(api, shop):
    post_order(api)

    assert post_order(api).status_code == 200
    assert post_order(api, X_Shopify_Webhook_Id="another-id").status_code == 200
    assert len(shop.read_all("inbox")) == 1


RIGHT = json.dumps(ORDER, ensure_ascii=False).encode()
BAD_SIGNATURES = {
    "missing": None,
    "empty": "",
    "another secret": sign(RIGHT, b"other"),
    "sha1": sign(RIGHT, digest=hashlib.sha1),
    "re-serialised": sign(json.dumps(ORDER, separators=(",", ":")).encode()),
    "trailing newline signed": sign(RIGHT + b"\n"),
    "junk behind": sign(RIGHT) + "!!!!",
    "hex": hmac.new(b"local-shopify-secret", RIGHT, hashlib.sha256).hexdigest(),
    "two, bad first": "AAAA, " + sign(RIGHT),
    "two, good first": sign(RIGHT) + ", AAAA",
    "not ascii": "é" * 44,
}


@pytest.mark.parametrize("signature", BAD_SIGNATURES.values(), ids=BAD_SIGNATURES)
def test_bad_signature_is_401_and_nothing_is_kept(api, shop, signature):
    answer = post_order(api, RIGHT, signature=signature)

    assert answer.status_code == 401
    assert read_json(answer)["Code"] == "InvalidSignatureError"
    assert shop.read_all("inbox") == []


def test_both_secrets_pass_during_a_rotation(api, shop, cloud, tables):
    name = tables.settings.parameter_path + "senders/shopify"
    cloud.client("ssm").put_parameter(
        Name=name, Value="new-secret\nlocal-shopify-secret", Type="String", Overwrite=True
    )
    start_container()

    assert post_order(api, RIGHT, signature=sign(RIGHT, b"new-secret")).status_code == 202
    assert post_order(api, RIGHT).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_are_405(api, method):
    answer = api.call(method, "/hooks/shopify")

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"


@pytest.mark.parametrize("path", ["/hooks/nobody", "/hooks/..", "/hooks/%E2%98%83", "/hooks/shopify2"])
def test_unknown_sender_is_told_to_come_back_never_404(api, path):
    answer = api.post(path, b"{}")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"


def test_sender_without_a_secret_is_told_to_come_back(api, cloud, tables):
    cloud.client("ssm").delete_parameter(Name=tables.settings.parameter_path + "senders/shopify")
    start_container()

    assert post_order(api).status_code == 503


BODIES = {
    "empty": b"",
    "null": b"null",
    "list": b"[]",
    "truncated": RIGHT[:-1],
    "two documents": RIGHT + RIGHT,
    "duplicate key": b'{"id":1,"id":2}',
    "NaN": b'{"id":NaN}',
    "utf-16": RIGHT.decode().encode("utf-16"),
    "deep": b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "many names": b"{" + b",".join(b'"%d":1' % number for number in range(50_000)) + b"}",
    "large": b'{"a":"' + b"x" * 3_000_000 + b'"}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_signed_delivery_is_kept_whatever_it_holds_and_parked_where_it_cannot_be_read(api, shop, body):
    assert post_order(api, body).status_code == 202
    assert sweep_inbox(shop.services(), NOW + timedelta(hours=1)) == {"parked": 1}
    assert shop.list_customers() == []


@pytest.mark.parametrize("half", [b"\\ud83d", b"\\ude00", b"\\ud800\\ud800", b"\xff", b"\xf0\x9f"])
def test_half_a_character_loses_no_order(api, shop, half):
    body = RIGHT[:-1] + b', "note": "great ' + half + b'"}'
    assert post_order(api, body).status_code == 202
    assert sweep_inbox(shop.services(), NOW + timedelta(hours=1)) == {"settled": 1}
    assert shop.read_profile("asel@example.org").totals.purchases == 1


def test_body_larger_than_any_sender_can_hand_over_is_413(api, shop):
    assert post_order(api, b'{"a":"' + b"x" * MOST_BYTES + b'"}').status_code == 413
    assert shop.read_all("inbox") == []


def test_compressed_body_is_never_opened(api):
    bomb = gzip.compress(b"0" * 1_000_000)

    assert post_order(api, bomb, Content_Encoding="gzip").status_code == 415


def test_foreign_content_type_is_not_repeated_in_the_answer(api):
    answer = post_order(api, content_type="text/asel@example.org")

    assert answer.status_code == 415
    assert b"asel" not in answer.body


def test_topic_confusion_is_kept_and_forgets_nobody(api, shop):
    body = {"shop_id": 1, "shop_domain": "corner.myshopify.example", "customer": {"id": 2, "email": "a@example.org"}}
    raw = json.dumps({**body, "orders_requested": [], "data_request": {"id": 3}}).encode()

    assert post_order(api, raw, X_Shopify_Topic="customers/redact").status_code == 202
    assert sweep_inbox(shop.services(), NOW + timedelta(hours=1)) == {"parked": 1}
    assert post_order(api, raw, X_Shopify_Topic="customers/data_request").status_code == 202
    assert sweep_inbox(shop.services(), NOW + timedelta(hours=1)) == {"settled": 1}


def test_woocommerce_ping_is_exactly_200(api, shop):
    answer = api.post("/hooks/woocommerce", b"webhook_id=7", content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 200
    assert shop.read_all("inbox") == []


@pytest.mark.usefixtures("own_tables")
def test_table_out_of_reach_is_503_and_says_when(api, tables):
    tables.dynamodb.delete_table(TableName=tables.settings.prefix + "inbox")

    answer = post_order(api)
    tables.dynamodb.create_table(
        TableName=tables.settings.prefix + "inbox",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"


def test_answers_carry_no_cache_and_no_sniffing(api):
    answer = post_order(api)

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_crash_is_a_500_without_a_word_of_what_was_sent(api, caplog, monkeypatch, capfd):
    def crash(*args, **kwargs):
        raise RuntimeError("asel@example.org")

    monkeypatch.setattr("chalicelib.routes.hooks.read_body", crash)
    with caplog.at_level(logging.INFO):
        answer = post_order(api)

    assert answer.status_code == 500
    out, err = capfd.readouterr()
    assert "asel" not in answer.body.decode() + out + err


def name_shops(cloud, tables, value):
    name = tables.settings.parameter_path + "shops/shopify"
    cloud.client("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)
    start_container()


@pytest.mark.parametrize("named", ["other.myshopify.example", "", "corner.myshopify.example.evil.example"])
def test_a_captured_delivery_under_another_shops_name_is_401_and_nothing_is_kept(api, shop, cloud, tables, named):
    name_shops(cloud, tables, "corner.myshopify.example\nsecond.myshopify.example")
    assert post_order(api, X_Shopify_Shop_Domain=named).status_code == 401
    assert shop.read_all("inbox") == []


@pytest.mark.parametrize("named", ["corner.myshopify.example", "Corner.MyShopify.example", "second.myshopify.example"])
def test_a_delivery_of_a_listed_shop_is_taken(api, cloud, tables, named):
    name_shops(cloud, tables, "corner.myshopify.example\nSecond.myshopify.example")
    assert post_order(api, X_Shopify_Shop_Domain=named).status_code == 202


@pytest.mark.parametrize("kind", ["application/json", "", 'application/json; charset="UTF-8"', "application/json;"])
def test_a_type_without_a_foreign_charset_is_taken(api, kind):
    assert post_order(api, content_type=kind).status_code == 202


@pytest.mark.parametrize("charset", ["utf-16", "iso-8859-1", "shift_jis"])
def test_a_foreign_charset_is_refused_before_anything_is_read(api, shop, charset):
    assert post_order(api, content_type=f"application/json; charset={charset}").status_code == 415
    assert shop.read_all("inbox") == []
