"""WooCommerce's REST API v3 (https://woocommerce.github.io/woocommerce-rest-api-docs/#coupons).

A coupon for each code, in batches of at most 100, with `usage_limit` 1 and `date_expires_gmt`; its description names
the batch. WooCommerce keeps codes in lower case and takes any case at the checkout. Access: the shop's address, then
the consumer key and its secret (Read/Write).
"""

import base64
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from chalicelib.errors import ShopUnavailableError
from chalicelib.offers.http import ShopHttp
from chalicelib.offers.maker import Discount, LiveCode, Remotes
from chalicelib.store.codes import ENDLESS, CodeRow

PATH = "/wp-json/wc/v3/coupons"
MOST = 100  # objects of one batch


def open_shop(http: ShopHttp, keys: Sequence[str]) -> "WooCommerce":
    """Return the shop of a consumer key."""
    token = base64.b64encode(f"{keys[0]}:{keys[1]}".encode()).decode()
    http.headers["Authorization"] = f"Basic {token}"
    return WooCommerce(http)


class WooCommerce:
    """One WooCommerce shop."""

    batch = 10  # of at most 100: each is looked up by a call of its own

    def __init__(self, http: ShopHttp) -> None:
        self.http = http

    def find_discount(self, discount: Discount, first: str) -> str:
        """Return the batch's own name: a coupon stands alone."""
        return name_batch(discount)

    def make_discount(self, discount: Discount, first: str, now: datetime) -> str:
        return name_batch(discount)

    def make_codes(self, discount: Discount, codes: Sequence[str], until: str) -> Remotes:
        body = {"create": [write_coupon(discount, code, until) for code in codes]}
        reply = self.http.call_shop("POST", f"{PATH}/batch", body=body)
        made = reply.body.get("create") if isinstance(reply.body, dict) else None
        if not isinstance(made, list):
            raise ShopUnavailableError(name_fault(reply.body))
        return {each["code"].upper(): str(each["id"]) for each in made if each.get("id") and not each.get("error")}

    def find_codes(self, discount: Discount, codes: Sequence[str]) -> Mapping[str, LiveCode]:
        found = {code: self.find_coupon(discount, code) for code in codes}
        return {code: live for code, live in found.items() if live}

    def find_coupon(self, discount: Discount, code: str) -> LiveCode | None:
        """Return a coupon of the batch, or None."""
        reply = self.http.call_shop("GET", f"{PATH}?{urlencode({'code': code.lower()})}")
        if not isinstance(reply.body, list):
            raise ShopUnavailableError(name_fault(reply.body))
        own = [each for each in reply.body if each["description"] == name_batch(discount)]
        return LiveCode(str(own[0]["id"]), used=own[0].get("usage_count", 0) > 0) if own else None

    def remove_codes(self, discount: Discount, rows: Iterable[CodeRow]) -> None:
        ids = [int(row.remote) for row in rows if row.remote]
        for start in range(0, len(ids), MOST):
            self.http.call_shop("POST", f"{PATH}/batch", body={"delete": ids[start : start + MOST]})

    def remove_discount(self, discount: Discount) -> None:
        """Do nothing: a coupon stands alone."""


def name_batch(discount: Discount) -> str:
    """Return the description of a batch's coupons."""
    return f"regulars {discount.name} {discount.terms}"


def write_coupon(discount: Discount, code: str, until: str) -> dict[str, Any]:
    """Return a coupon that one order may use."""
    offer = discount.offer
    return {
        "code": code.lower(),
        "description": name_batch(discount),
        "discount_type": "percent" if offer.percent else "fixed_cart",
        "amount": str(offer.percent or offer.amount),
        "usage_limit": 1,
        "individual_use": not offer.combines,
        **({"minimum_amount": str(offer.minimum)} if offer.minimum else {}),
        **({"date_expires_gmt": until[:19]} if until != ENDLESS else {}),
    }


def name_fault(body: Any) -> str:
    """Return WordPress's word for a fault."""
    return str(body.get("code", "?")) if isinstance(body, dict) else "?"
