"""Shop systems for tests of offers: the stand-ins, reached without a socket, with faults. Builders for tests."""

import json
from urllib.parse import urlencode

from chalicelib.errors import ShopUnavailableError
from chalicelib.offers.http import ShopHttp, ShopReply
from chalicelib.offers.maker import open_maker
from infra.local.stand_in import ShopStandIn
from tests.builders.campaigns import OFFER, a_campaign

TOKEN = "test-token"
ACCESS = {
    "shopify": f"https://corner.myshopify.example\n{TOKEN}",
    "woocommerce": f"https://corner-shop.example\n{TOKEN}\n{TOKEN}",
    "stripe": f"https://api.stripe.example\n{TOKEN}",
}


class Wire:
    """What is sent and what becomes of it. `breaks` says of each call: "" (answered), "before", "after" or a status."""

    def __init__(self, lag=0, breaks=lambda: ""):
        self.stand_in, self.breaks, self.sent = ShopStandIn(TOKEN, lag), breaks, []

    def call_shop(self, http, method, path, *, body=None, form=None, **headers) -> ShopReply:
        """Call the stand-in as `ShopHttp` calls a shop."""
        fault = self.breaks()
        named = {name.lower().replace("_", "-"): value for name, value in {**http.headers, **headers}.items()}
        raw = json.dumps(body).encode() if body is not None else encode_form(form)
        self.sent.append((method, path, raw))
        if fault == "before":
            raise ShopUnavailableError("ConnectTimeoutError")
        if fault and fault != "after":
            raise ShopUnavailableError(f"status {fault}")
        status, told = self.stand_in.answer(method, path, named, raw)
        if fault == "after":
            raise ShopUnavailableError("ReadTimeoutError")
        return ShopReply(status, json.loads(json.dumps(told)))


def encode_form(form):
    return urlencode(form or {}).encode()


def reach(monkeypatch, wire) -> None:
    """Let every shop system be reached over this wire, with nothing to wait for."""
    monkeypatch.setattr(ShopHttp, "call_shop", lambda http, *args, **keys: wire.call_shop(http, *args, **keys))
    monkeypatch.setattr("chalicelib.offers.shops.shopify.time.sleep", lambda _: None)


def open_system(source):
    """Return a shop system with the right access."""
    return open_maker(source, ACCESS[source])


class Access:
    """The parameters with the access to every shop system."""

    def read_values(self, now):
        return ACCESS


def an_offer_campaign(source="shopify", name="back", **changes):
    """Return a campaign whose codes are made at a shop system."""
    code = "BACK{code}" if source == "stripe" else "BACK-{code}"
    return a_campaign(name, offer={**OFFER, "codes": source, "code": code, "ahead": 20, **changes})


def list_live(wire, source):
    """Return the codes that the stand-in holds."""
    shop = getattr(wire.stand_in, source)
    if source == "shopify":
        return set(shop.codes)
    if source == "woocommerce":
        return {coupon["code"].upper() for coupon in shop.coupons.values()}
    return {promotion["code"] for promotion in shop.promotions.values() if promotion["active"]}
