"""Stripe's API (https://docs.stripe.com/api/promotion_codes): promotion codes on one coupon for each batch.

A code is its own idempotency key, so that a repeated call makes no second one. A promotion code cannot be deleted: it
is made inactive. Access: `https://api.stripe.com`, then a restricted key that may write coupons and promotion codes.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from chalicelib.errors import ShopUnavailableError
from chalicelib.offers.http import ShopHttp, ShopReply
from chalicelib.offers.maker import Discount, LiveCode, Remotes
from chalicelib.store.codes import ENDLESS, CodeRow

VERSION = "2024-06-20"
HUNDREDTHS = 100  # Stripe counts money in the smallest unit; currencies without one are refused by the shop's file


def open_shop(http: ShopHttp, keys: Sequence[str]) -> "Stripe":
    """Return the account of a restricted key."""
    http.headers |= {"Authorization": f"Bearer {keys[0]}", "Stripe-Version": VERSION}
    return Stripe(http)


class Stripe:
    """One Stripe account."""

    batch = 1  # each code is looked up and made by a call of its own

    def __init__(self, http: ShopHttp) -> None:
        self.http = http

    def find_discount(self, discount: Discount, first: str) -> str:
        reply = self.http.call_shop("GET", f"/v1/coupons/{name_coupon(discount)}")
        return name_coupon(discount) if reply.status == 200 and reply.body.get("valid") else ""

    def make_discount(self, discount: Discount, first: str, now: datetime) -> str:
        reply = self.http.call_shop("POST", "/v1/coupons", form=write_coupon(discount))
        if reply.status != 200 and read_code(reply) != "resource_already_exists":
            raise ShopUnavailableError(f"refused: {read_code(reply)}")
        return name_coupon(discount)

    def make_codes(self, discount: Discount, codes: Sequence[str], until: str) -> Remotes:
        made = {}
        for code in codes:
            form = write_promotion(discount, code, until)
            reply = self.http.call_shop("POST", "/v1/promotion_codes", form=form, Idempotency_Key=f"regulars-{code}")
            if reply.status == 200:
                made[code] = str(reply.body["id"])
            elif reply.status in (401, 403):
                raise ShopUnavailableError(f"refused: {read_code(reply)}")
        return made

    def find_codes(self, discount: Discount, codes: Sequence[str]) -> Mapping[str, LiveCode]:
        found = {code: self.find_promotion(discount, code) for code in codes}
        return {code: live for code, live in found.items() if live}

    def find_promotion(self, discount: Discount, code: str) -> LiveCode | None:
        """Return an active promotion code of the batch's coupon, or one that was used, or None."""
        reply = self.http.call_shop("GET", f"/v1/promotion_codes?{urlencode({'code': code, 'limit': 10})}")
        if reply.status != 200:
            raise ShopUnavailableError(f"refused: {read_code(reply)}")
        own = [each for each in reply.body["data"] if each["coupon"]["id"] == discount.remote]
        used = [LiveCode(each["id"], used=True) for each in own if each["times_redeemed"]]
        live = [LiveCode(each["id"]) for each in own if each["active"]]
        return next(iter((*used, *live)), None)

    def remove_codes(self, discount: Discount, rows: Iterable[CodeRow]) -> None:
        for row in rows:
            if row.remote:
                self.http.call_shop("POST", f"/v1/promotion_codes/{row.remote}", form={"active": "false"})

    def remove_discount(self, discount: Discount) -> None:
        self.http.call_shop("DELETE", f"/v1/coupons/{discount.remote}")


def name_coupon(discount: Discount) -> str:
    return f"regulars-{discount.name}-{discount.terms}"


def write_coupon(discount: Discount) -> dict[str, Any]:
    offer = discount.offer
    off: dict[str, Any] = {"percent_off": str(offer.percent)}
    if offer.amount:
        off = {"amount_off": int(offer.amount * HUNDREDTHS), "currency": (offer.currency or "").lower()}
    return {"id": name_coupon(discount), "name": f"Regulars {discount.name}"[:40], "duration": "once", **off}


def write_promotion(discount: Discount, code: str, until: str) -> dict[str, Any]:
    """Return a code that one order may use."""
    offer, form = discount.offer, {"coupon": discount.remote, "code": code, "max_redemptions": 1}
    if offer.minimum:
        form["restrictions[minimum_amount]"] = int(offer.minimum * HUNDREDTHS)
        form["restrictions[minimum_amount_currency]"] = discount.currency.lower()
    if until != ENDLESS:
        form["expires_at"] = int(datetime.fromisoformat(until).timestamp())
    return form


def read_code(reply: ShopReply) -> str:
    """Return Stripe's word for a fault."""
    error = reply.body.get("error") if isinstance(reply.body, dict) else None
    return str(error.get("code") or error.get("type")) if isinstance(error, dict) else "?"
