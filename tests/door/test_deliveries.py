"""The last delivery of each sender: moved once a minute at most, and without a word of what was delivered."""

import json
import re
from datetime import datetime, timedelta

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.door import open_door
from chalicelib.senders import SENDERS
from chalicelib.store.deliveries import LastDelivery
from tests.builders.api import start_container
from tests.builders.hooks import ORDER, post_order, sign

TIME = re.compile(r"2026-\d\d-\d\dT[\d:.]+Z?(\+00:00)?")
CANARY = "canary-7f3a"


def list_rows(shop):
    """Return the rows of deliveries, as they lie in the table."""
    rows = [{name: value["S"] for name, value in row.items()} for row in shop.read_all("links")]
    return {row.pop("pk"): row for row in rows if row["pk"].startswith("delivery#")}


def test_a_right_delivery_is_noted_with_its_time(api, shop):
    assert post_order(api).status_code == 202
    [(name, row)] = list_rows(shop).items()
    assert (name, set(row)) == ("delivery#shopify#accepted", {"at"})
    assert datetime.fromisoformat(row["at"]) == api.now


def test_a_repeated_delivery_counts_too(api, shop):
    post_order(api)
    api.millis += 61_000
    assert post_order(api).status_code == 200
    assert datetime.fromisoformat(list_rows(shop)["delivery#shopify#accepted"]["at"]) == api.now


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"signature": None}, "signature"),
        ({"signature": "AAAA"}, "signature"),
        ({"content_type": "text/xml"}, "type"),
    ],
)
def test_a_refused_delivery_is_noted_with_its_reason(api, shop, headers, reason):
    assert post_order(api, **headers).status_code in (401, 415)
    [(name, row)] = list_rows(shop).items()
    assert (name, set(row), row["why"]) == ("delivery#shopify#refused", {"at", "why"}, reason)


def test_a_delivery_of_a_shop_that_is_not_listed_says_so_to_staff_alone(api, shop, cloud):
    ssm = cloud.client("ssm")
    name = f"{shop.settings.parameter_path}shops/shopify"
    ssm.put_parameter(Name=name, Value="other.myshopify.example", Type="String", Overwrite=True)
    start_container()
    try:
        answer = post_order(api)
        assert (answer.status_code, json.loads(answer.body)["Message"]) == (401, "The signature is not valid.")
        assert list_rows(shop)["delivery#shopify#refused"]["why"] == "shop"
    finally:
        ssm.delete_parameter(Name=name)


def test_a_sender_without_a_secret_is_told_to_staff(api, shop, cloud):
    ssm = cloud.client("ssm")
    name = f"{shop.settings.parameter_path}senders/shopify"
    ssm.delete_parameter(Name=name)
    start_container()
    try:
        assert post_order(api).status_code == 503
        assert list_rows(shop)["delivery#shopify#refused"]["why"] == "unready"
    finally:
        ssm.put_parameter(Name=name, Value="local-shopify-secret", Type="String")


def test_a_refusal_hides_no_right_delivery_and_is_hidden_by_none(api, shop):
    post_order(api)
    post_order(api, signature="AAAA")
    assert set(list_rows(shop)) == {"delivery#shopify#accepted", "delivery#shopify#refused"}


def test_a_flood_is_one_write_a_minute_also_from_several_containers(api, shop, monkeypatch):
    writes = []
    from chalicelib.store.table import Table

    write = Table.write_item

    def note_write(self, row, *args, **named):
        if self.name.endswith("-links"):
            writes.append(row)
        return write(self, row, *args, **named)

    monkeypatch.setattr(Table, "write_item", note_write)
    for _ in range(5):
        post_order(api)
    assert len(writes) == 1
    first = list_rows(shop)["delivery#shopify#accepted"]["at"]
    start_container()  # another one, which remembers nothing
    api.millis += 30_000
    post_order(api)
    assert len(writes) == 2
    assert list_rows(shop)["delivery#shopify#accepted"]["at"] == first
    api.millis += 31_000
    post_order(api)
    assert list_rows(shop)["delivery#shopify#accepted"]["at"] > first


def test_a_note_that_fails_costs_no_delivery(api, shop, monkeypatch):
    class Down:
        def put_item(self, **_):
            raise EndpointConnectionError(endpoint_url="https://dynamodb.example")

    monkeypatch.setattr(open_door().deliveries, "connect", Down)
    assert post_order(api).status_code == 202
    assert list_rows(shop) == {}
    assert len(shop.read_all("inbox")) == 1


def test_the_first_post_of_woocommerce_is_unsigned_and_proves_nothing(api, shop):
    answer = api.post("/hooks/woocommerce", b"webhook_id=7", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert list_rows(shop) == {}


def test_no_row_holds_a_word_of_what_was_delivered(api, shop):
    body = json.dumps({**ORDER, "email": f"{CANARY}@example.org", "note": CANARY}).encode()
    post_order(api, body, X_Shopify_Webhook_Id=CANARY, X_Shopify_Shop_Domain=f"{CANARY}.example")
    post_order(api, body, signature=sign(body, CANARY.encode()), X_Shopify_Topic=CANARY)
    rows = list_rows(shop)
    assert set(rows) == {"delivery#shopify#accepted", "delivery#shopify#refused"}
    assert rows["delivery#shopify#refused"].pop("why") == "signature"
    assert all(TIME.fullmatch(value) for row in rows.values() for value in row.values()), rows
    assert CANARY not in str(shop.read_all("links"))


def test_every_sender_of_hooks_can_have_a_row(shop):
    services, now = shop.services(), datetime.fromisoformat("2026-03-01T12:00:00+00:00")
    for sender in SENDERS:
        services.deliveries.note_accepted(sender, now)
        services.deliveries.note_refused(sender, "signature", now + timedelta(minutes=2))
    found = services.deliveries.read_last(list(SENDERS))
    assert {each.why for each in found.values()} == {"signature"}
    assert all(each.accepted_at < each.refused_at for each in found.values())
    assert services.deliveries.read_last(["nobody"]) == {"nobody": LastDelivery()}
