"""Personal data nowhere readable: fifty canaries walk in by every door, then everything written is searched."""

import base64
import json
import logging
import urllib.parse
from datetime import timedelta

import pytest

from chalicelib.settling.dispatch import sweep_inbox
from tests.builders.api import open_api
from tests.builders.canary import CANARIES, dump_table, find_canaries
from tests.builders.hooks import ORDER, post_order
from tests.builders.links import put_link
from tests.builders.shop import NOW, Shop


@pytest.mark.parametrize(
    "dressed",
    [
        "xx" + CANARIES[3] + "yy",
        base64.b64encode(b"a" + CANARIES[3].encode() + b"bcd").decode(),
        base64.b64encode(b"ab" + CANARIES[3].encode() + b"cd").decode(),
        CANARIES[3].encode().hex().upper(),
        urllib.parse.quote(CANARIES[3]),
        json.dumps(CANARIES[3]),
    ],
)
def test_search_finds_every_dress(dressed):
    assert {name for name, _ in find_canaries(dressed.encode())} == {CANARIES[3]}


def walk_in(api, token) -> list[bytes]:
    """Post every canary through every door, well and badly formed; return the answers' bodies and headers.

    `token` is of a link to the survey. Only programs post there: a browser gets its own answers back.
    """
    answers = []
    for number, canary in enumerate(CANARIES):
        address = f"{canary.split('.')[0]}@example.org"
        form = {"name": canary, "email": address, "consent_marketing": "2026-11-30"}
        customer = {"id": number, "first_name": canary, "email": address}
        order = {**ORDER, "id": number, "email": address, "note": canary, "customer": customer}
        api.millis += 60_000
        answers += [
            api.post("/forms/sign-up", json.dumps(form, ensure_ascii=False).encode()),
            api.post("/forms/pre-order", json.dumps({**form, "item": canary, "quantity": 1}).encode()),
            api.post("/forms/sign-up", json.dumps({**form, "email": canary}).encode()),
            api.post(
                "/forms/sign-up",
                urllib.parse.urlencode({**form, "email": canary}).encode(),
                content_type="application/x-www-form-urlencoded",
            ),
            api.post(f"/answer/survey/{token}", json.dumps({"why": canary}).encode()),
            api.post(f"/answer/survey/{token}", json.dumps({"why": canary, "email": address}).encode()),
            api.post(f"/answer/survey/{token}?score={urllib.parse.quote(canary)}", b"{}"),
            api.post("/forms/" + urllib.parse.quote(canary), b"{}"),
            post_order(api, json.dumps(order, ensure_ascii=False).encode()),
            post_order(api, json.dumps(order).encode(), signature=canary.encode("ascii", "replace").decode()),
            post_order(api, json.dumps([canary]).encode()),
            post_order(api, json.dumps(order).encode(), X_Shopify_Topic=urllib.parse.quote(canary)),
            api.post("/hooks/shopify", b"{}", content_type="text/" + urllib.parse.quote(canary)),
        ]
    return [answer.body + repr(answer.headers).encode() for answer in answers]


def test_canaries_are_readable_nowhere(tables, cloud, tmp_path, monkeypatch, caplog, capfd):
    shop = Shop(tables, tmp_path)
    with caplog.at_level(logging.DEBUG, logger="chalicelib"), open_api(shop, tables, cloud, monkeypatch) as api:
        answers = walk_in(api, put_link(tables, "answer"))
        before = shop.read_all("inbox")
        counts = sweep_inbox(shop.services(), NOW + timedelta(hours=1))

    assert counts.get("settled", 0) >= 50, counts
    assert len(shop.list_customers()) >= 50
    written = b"\n".join(
        [
            dump_table(before),
            *(dump_table(shop.read_all(name)) for name in ("inbox", "customers", "keys", "links")),
            *answers,
            caplog.text.encode(),
            *(stream.encode() for stream in capfd.readouterr()),
        ]
    )
    assert find_canaries(written) == []
    assert b"example.org" not in written
