"""Shopify's GraphQL Admin API, version 2026-10 (https://shopify.dev/docs/api/admin-graphql/2026-10).

One discount for each batch (`discountCodeBasicCreate`), its codes in bulk (`discountRedeemCodeBulkAdd`, at most 250,
run in the background), looked up among the codes of the discount, removed by id. `usageLimit` counts for each code.
Needs an app with the scopes read_discounts and write_discounts. Access: `https://<name>.myshopify.com`, then the token.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from chalicelib.errors import CodeTakenError, ShopUnavailableError
from chalicelib.models import utc_text
from chalicelib.offers.http import ShopHttp
from chalicelib.offers.maker import Discount, LiveCode, Remotes
from chalicelib.store.codes import CodeRow

VERSION = "2026-10"
PATH = f"/admin/api/{VERSION}/graphql.json"
PAGE = 250
LOOKS, PAUSE = 5, 0.5  # at a bulk creation, which usually ends within a second; seconds between looks
LEAST_POINTS = 500  # of the rate limit that other apps of the shop are left

CREATE = """mutation Create($discount: DiscountCodeBasicInput!) {
  discountCodeBasicCreate(basicCodeDiscount: $discount) { codeDiscountNode { id } userErrors { field code } } }"""
ADD = """mutation Add($id: ID!, $codes: [DiscountRedeemCodeInput!]!) {
  discountRedeemCodeBulkAdd(discountId: $id, codes: $codes) { bulkCreation { id } userErrors { field code } } }"""
CREATION = """query Creation($id: ID!) { discountRedeemCodeBulkCreation(id: $id) {
  done codes(first: 250) { nodes { code errors { code } discountRedeemCode { id } } } } }"""
FIND = """query Find($code: String!) { codeDiscountNodeByCode(code: $code) {
  id codeDiscount { ... on DiscountCodeBasic { title } } } }"""
LIST = """query List($id: ID!, $after: String) { codeDiscountNode(id: $id) { codeDiscount { ... on DiscountCodeBasic {
  codes(first: 250, after: $after) { nodes { id code } pageInfo { hasNextPage endCursor } } } } } }"""
REMOVE = """mutation Remove($id: ID!, $ids: [ID!]) {
  discountCodeRedeemCodeBulkDelete(discountId: $id, ids: $ids) { job { id } userErrors { field code } } }"""
DELETE = "mutation Delete($id: ID!) { discountCodeDelete(id: $id) { deletedCodeDiscountId userErrors { field code } } }"


def open_shop(http: ShopHttp, keys: Sequence[str]) -> "Shopify":
    """Return the shop of an access token."""
    http.headers["X-Shopify-Access-Token"] = keys[0]
    return Shopify(http)


class Shopify:
    """One Shopify shop."""

    batch = PAGE

    def __init__(self, http: ShopHttp) -> None:
        self.http = http

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Return the data of a query; raise ShopUnavailableError for any error, THROTTLED among them."""
        told = self.http.call_shop("POST", PATH, body={"query": query, "variables": variables}).body
        if not isinstance(told, dict) or told.get("errors") or not isinstance(told.get("data"), dict):
            raise ShopUnavailableError(f"GraphQL: {name_errors(told)}")
        wait_points(told)
        return dict(told["data"])

    def change(self, query: str, name: str, **variables: Any) -> dict[str, Any]:
        """Return the payload of a mutation; raise ShopUnavailableError for user errors, by their codes."""
        payload = self.ask(query, **variables)[name]
        if faults := payload.get("userErrors"):
            raise ShopUnavailableError("refused: " + ", ".join(sorted({str(fault.get("code")) for fault in faults})))
        return dict(payload)

    def find_discount(self, discount: Discount, first: str) -> str:
        node = self.ask(FIND, code=first)["codeDiscountNodeByCode"]
        if node and node["codeDiscount"].get("title") != name_discount(discount):
            raise CodeTakenError(discount.name)
        return node["id"] if node else ""

    def make_discount(self, discount: Discount, first: str, now: datetime) -> str:
        payload = self.change(CREATE, "discountCodeBasicCreate", discount=write_discount(discount, first, now))
        return str(payload["codeDiscountNode"]["id"])

    def make_codes(self, discount: Discount, codes: Sequence[str], until: str) -> Remotes:
        payload = self.change(
            ADD, "discountRedeemCodeBulkAdd", id=discount.remote, codes=[{"code": code} for code in codes]
        )
        for _ in range(LOOKS):
            told = self.ask(CREATION, id=payload["bulkCreation"]["id"])["discountRedeemCodeBulkCreation"]
            if told["done"]:
                nodes = [node for node in told["codes"]["nodes"] if node["discountRedeemCode"]]
                return {node["code"]: node["discountRedeemCode"]["id"] for node in nodes}
            time.sleep(PAUSE)
        return {}

    def find_codes(self, discount: Discount, codes: Sequence[str]) -> Mapping[str, LiveCode]:
        wanted = set(codes)
        return {code: LiveCode(remote) for code, remote in self.list_codes(discount.remote) if code in wanted}

    def list_codes(self, discount_id: str) -> Iterator[tuple[str, str]]:
        """Yield every code of a discount with its id."""
        after = None
        while True:
            node = self.ask(LIST, id=discount_id, after=after)["codeDiscountNode"]
            if not node:
                return
            page = node["codeDiscount"]["codes"]
            yield from ((each["code"], each["id"]) for each in page["nodes"])
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]

    def remove_codes(self, discount: Discount, rows: Iterable[CodeRow]) -> None:
        ids = [row.remote for row in rows if row.remote]
        if ids:
            self.change(REMOVE, "discountCodeRedeemCodeBulkDelete", id=discount.remote, ids=ids)

    def remove_discount(self, discount: Discount) -> None:
        self.change(DELETE, "discountCodeDelete", id=discount.remote)


def name_discount(discount: Discount) -> str:
    """Return the title of a batch's discount, as the shop's staff see it."""
    return f"Regulars {discount.name} {discount.terms}"


def write_discount(discount: Discount, first: str, now: datetime) -> dict[str, Any]:
    """Return the input of a discount: for everybody, on all products, each code once."""
    offer = discount.offer
    amount = {"amount": str(offer.amount), "appliesOnEachItem": False}
    value = {"percentage": float(offer.percent / 100)} if offer.percent else {"discountAmount": amount}
    least = {"subtotal": {"greaterThanOrEqualToSubtotal": str(offer.minimum)}}
    combines = ("orderDiscounts", "productDiscounts", "shippingDiscounts")
    return {
        "title": name_discount(discount),
        "code": first,
        "startsAt": utc_text(now),
        "usageLimit": 1,
        "appliesOncePerCustomer": True,
        "context": {"all": "ALL"},
        "customerGets": {"value": value, "items": {"all": True}},
        "combinesWith": dict.fromkeys(combines, offer.combines),
        **({"minimumRequirement": least} if offer.minimum else {}),
    }


def name_errors(told: Any) -> str:
    """Return the codes of GraphQL errors: their texts may repeat what was sent."""
    errors = told.get("errors") if isinstance(told, dict) else None
    kinds = {str(each.get("extensions", {}).get("code", "?")) for each in errors} if isinstance(errors, list) else {"?"}
    return ", ".join(sorted(kinds))


def wait_points(told: dict[str, Any]) -> None:
    """Wait until the shop's rate limit has points left for its other apps."""
    status = told.get("extensions", {}).get("cost", {}).get("throttleStatus", {})
    lacking = min(LEAST_POINTS, status.get("maximumAvailable", 0) / 2) - status.get("currentlyAvailable", 0)
    if lacking > 0 and status.get("restoreRate"):
        time.sleep(min(lacking / status["restoreRate"], 10))
