"""The coupons of WooCommerce's REST API v3 (https://woocommerce.github.io/woocommerce-rest-api-docs/#coupons)."""

import base64
import json
from collections.abc import Mapping
from typing import Any

PATH = "/wp-json/wc/v3/coupons"
MOST = 100  # objects of one batch
KNOWN = {
    "code",
    "description",
    "discount_type",
    "amount",
    "usage_limit",
    "individual_use",
    "minimum_amount",
    "date_expires_gmt",
}


class WooStandIn:
    """One shop: coupons by id; codes are kept in lower case."""

    def __init__(self, token: str, lag: int = 0) -> None:
        """`token` is the consumer key and its secret; a coupon is found `lag` calls after it was made."""
        self.wanted = "Basic " + base64.b64encode(f"{token}:{token}".encode()).decode()
        self.lag, self.calls, self.made = lag, 0, 0
        self.coupons: dict[int, dict[str, Any]] = {}

    def answer(
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Any]:
        """Return status and JSON of one request."""
        self.calls += 1
        if headers.get("authorization") != self.wanted:
            return 401, {"code": "woocommerce_rest_cannot_view", "data": {"status": 401}}
        if (method, path) == ("GET", PATH):
            code = query.get("code", "").lower()
            return 200, [each for each in self.coupons.values() if each["code"] == code and self.is_seen(each)]
        if (method, path) != ("POST", f"{PATH}/batch"):
            return 404, {"code": "rest_no_route", "data": {"status": 404}}
        asked = json.loads(body)
        if sum(map(len, asked.values())) > MOST:
            return 413, {"code": "woocommerce_rest_request_entity_too_large", "data": {"status": 413}}
        made = [self.add_coupon(each) for each in asked.get("create", [])]
        gone = [self.coupons.pop(each, None) for each in asked.get("delete", [])]
        return 200, {"create": made, "delete": [each for each in gone if each]}

    def is_seen(self, coupon: Mapping[str, Any]) -> bool:
        return bool(self.calls > coupon["born"] + self.lag)

    def add_coupon(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Add a coupon; return it, or the error of one that is there or is malformed."""
        code = str(asked.get("code", "")).lower()
        if not code or asked.keys() - KNOWN:
            return {"id": 0, "error": {"code": "rest_invalid_param", "data": {"status": 400}}}
        if any(each["code"] == code for each in self.coupons.values()):
            return {"id": 0, "error": {"code": "woocommerce_rest_coupon_code_already_exists", "data": {"status": 400}}}
        self.made += 1
        self.coupons[self.made] = {**asked, "id": self.made, "code": code, "usage_count": 0, "born": self.calls}
        return self.coupons[self.made]

    def use_code(self, code: str) -> dict[str, Any] | None:
        """Use a coupon at the checkout; return what it gives, or None."""
        own = next((each for each in self.coupons.values() if each["code"] == code.lower()), None)
        if own is None or own["usage_count"] >= own["usage_limit"]:
            return None
        own["usage_count"] += 1
        return {"discount_type": own["discount_type"], "amount": own["amount"]}
