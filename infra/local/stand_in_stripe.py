"""Coupons and promotion codes of Stripe's API (https://docs.stripe.com/api/promotion_codes)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl


class StripeStandIn:
    """One account: coupons by id, promotion codes by id; a code is unique among those that are active."""

    def __init__(self, token: str, lag: int = 0) -> None:
        """A promotion code is found `lag` calls after it was made."""
        self.token, self.lag, self.calls = token, lag, 0
        self.coupons: dict[str, dict[str, Any]] = {}
        self.promotions: dict[str, dict[str, Any]] = {}
        self.replies: dict[str, tuple[int, Any]] = {}  # by idempotency key: a repeated call gets the first reply

    def answer(
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Any]:
        """Return status and JSON of one request."""
        self.calls += 1
        if headers.get("authorization") != f"Bearer {self.token}":
            return 401, fault("invalid_request_error", "")
        key = headers.get("idempotency-key", "")
        if key in self.replies:
            return self.replies[key]
        reply = self.answer_new(method, path, query, dict(parse_qsl(body.decode())))
        if key:
            self.replies[key] = reply
        return reply

    def answer_new(self, method: str, path: str, query: Mapping[str, str], form: dict[str, str]) -> tuple[int, Any]:
        """Answer a request that was not answered before."""
        if (method, path) == ("POST", "/v1/coupons"):
            return self.add_coupon(form)
        if (method, path) == ("POST", "/v1/promotion_codes"):
            return self.add_promotion(form)
        if (method, path) == ("GET", "/v1/promotion_codes"):
            code = query.get("code", "").upper()
            seen = [each for each in self.promotions.values() if self.calls > each["born"] + self.lag]
            return 200, {"object": "list", "data": [each for each in seen if each["code"].upper() == code]}
        name = path.rpartition("/")[2]
        held = self.coupons.get(name) if path.startswith("/v1/coupons/") else self.promotions.get(name)
        if held is None:
            return 404, fault("invalid_request_error", "resource_missing")
        if method == "DELETE":
            return 200, {"id": name, "deleted": bool(self.coupons.pop(name))}
        if method == "POST":
            held["active"] = form.get("active") != "false"
        return 200, held

    def add_coupon(self, form: dict[str, str]) -> tuple[int, Any]:
        if form["id"] in self.coupons:
            return 400, fault("invalid_request_error", "resource_already_exists")
        if ("percent_off" in form) == ("amount_off" in form):
            return 400, fault("invalid_request_error", "parameter_missing")
        self.coupons[form["id"]] = {**form, "valid": True}
        return 200, self.coupons[form["id"]]

    def add_promotion(self, form: dict[str, str]) -> tuple[int, Any]:
        if form["coupon"] not in self.coupons:
            return 400, fault("invalid_request_error", "resource_missing")
        if not form["code"].isalnum():
            return 400, fault("invalid_request_error", "parameter_invalid_string")
        if any(each["active"] and each["code"].upper() == form["code"].upper() for each in self.promotions.values()):
            return 400, fault("invalid_request_error", "")
        made: dict[str, Any] = {
            "id": f"promo_{len(self.promotions) + 1}",
            "code": form["code"],
            "coupon": self.coupons[form["coupon"]],
            "active": True,
            "times_redeemed": 0,
            "max_redemptions": int(form.get("max_redemptions", 0)),
            "born": self.calls,
        }
        self.promotions[made["id"]] = made
        return 200, made

    def use_code(self, code: str) -> dict[str, Any] | None:
        """Use a promotion code at the checkout; return what it gives, or None."""
        own = [each for each in self.promotions.values() if each["code"].upper() == code.upper() and each["active"]]
        if not own or own[0]["times_redeemed"] >= own[0]["max_redemptions"]:
            return None
        own[0]["times_redeemed"] += 1
        own[0]["active"] = False  # Stripe ends a code that reached its limit
        return {name: own[0]["coupon"][name] for name in ("percent_off", "amount_off") if name in own[0]["coupon"]}


def fault(kind: str, code: str) -> dict[str, Any]:
    """Return Stripe's error object."""
    return {"error": {"type": kind, **({"code": code} if code else {})}}
