"""The part of Shopify's GraphQL Admin API that makes codes (https://shopify.dev/docs/api/admin-graphql/2026-10)."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

VERSION = "2026-10"
MOST_CODES = 250
POINTS, RESTORED = 2_000.0, 100.0  # of the rate limit; restored with each call, in place of each second
COSTS = {"Create": 10, "Add": 10, "Creation": 20, "Find": 2, "List": 30, "Remove": 10, "Delete": 10}
TAKEN: dict[str, Any] = {"errors": [{"code": "TAKEN"}], "discountRedeemCode": None}
NEEDED = {"title", "code", "startsAt", "customerGets", "context"}
KNOWN = NEEDED | {"endsAt", "usageLimit", "appliesOncePerCustomer", "combinesWith", "minimumRequirement", "tags"}


class ShopifyStandIn:
    """One shop: discounts by id, each with its codes; a code is unique in the shop, in any case of its letters."""

    def __init__(self, token: str, lag: int = 0) -> None:
        """A code is found `lag` calls after it was made."""
        self.token, self.lag = token, lag
        self.discounts: dict[str, dict[str, Any]] = {}
        self.codes: dict[str, dict[str, Any]] = {}  # CODE -> its id, discount, call of birth, uses
        self.creations: dict[str, list[dict[str, Any]]] = {}
        self.calls, self.points, self.made = 0, POINTS, 0

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Any]:
        """Return status and JSON of one request."""
        if headers.get("x-shopify-access-token") != self.token:
            return 401, {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}
        if (method, path) != ("POST", f"/admin/api/{VERSION}/graphql.json"):
            return 404, {"errors": "Not Found"}
        asked = json.loads(body)
        name = re.match(r"\s*(?:query|mutation) (\w+)", asked["query"])
        if name is None or name[1] not in COSTS:
            return 200, {"errors": [{"message": "Parse error", "extensions": {"code": "undefinedField"}}]}
        self.calls += 1
        cost = self.spend_points(COSTS[name[1]])
        if cost["throttleStatus"]["currentlyAvailable"] <= 0:
            return 200, {
                "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
                "extensions": {"cost": cost},
            }
        handle: Callable[..., dict[str, Any]] = getattr(self, f"answer_{name[1].lower()}")
        return 200, {"data": handle(**asked["variables"]), "extensions": {"cost": cost}}

    def spend_points(self, cost: int) -> dict[str, Any]:
        """Take the points of a call; return the cost as the API tells it."""
        self.points = min(POINTS, self.points + RESTORED) - cost
        status = {"maximumAvailable": POINTS, "currentlyAvailable": self.points, "restoreRate": 100.0}
        return {"requestedQueryCost": cost, "actualQueryCost": cost, "throttleStatus": status}

    def add_code(self, discount: str, code: str) -> dict[str, Any] | None:
        """Add a code to a discount; return it, or None where the shop has it already."""
        if code.upper() in self.codes:
            return None
        self.made += 1
        row = {
            "id": f"gid://shopify/DiscountRedeemCode/{self.made}",
            "discount": discount,
            "born": self.calls,
            "uses": 0,
        }
        self.codes[code.upper()] = row
        return row

    def is_seen(self, row: Mapping[str, Any]) -> bool:
        """Return whether a code is found by now."""
        return bool(self.calls > row["born"] + self.lag)

    def answer_create(self, discount: dict[str, Any]) -> dict[str, Any]:
        """Make a discount with its first code."""
        field = "discountCodeBasicCreate"
        if lacking := (NEEDED - discount.keys()) | (discount.keys() - KNOWN):
            return refuse(field, "INVALID", f"basicCodeDiscount.{min(lacking)}")
        discount_id = f"gid://shopify/DiscountCodeNode/{len(self.discounts) + 1}"
        if self.add_code(discount_id, discount["code"]) is None:
            return refuse(field, "TAKEN", "basicCodeDiscount.code")
        self.discounts[discount_id] = discount
        return {field: {"codeDiscountNode": {"id": discount_id}, "userErrors": []}}

    def answer_add(self, id: str, codes: list[dict[str, str]]) -> dict[str, Any]:
        """Begin a bulk creation; it runs in the background."""
        field = "discountRedeemCodeBulkAdd"
        if id not in self.discounts:
            return refuse(field, "INVALID", "discountId")
        if not 0 < len(codes) <= MOST_CODES:
            return refuse(field, "TOO_MANY_ARGUMENTS", "codes")
        creation = f"gid://shopify/DiscountRedeemCodeBulkCreation/{len(self.creations) + 1}"
        nodes = []
        for each in codes:
            row = self.add_code(id, each["code"])
            made = {"id": row["id"]} if row else None
            nodes.append(
                {"code": each["code"], "errors": [] if row else [{"code": "TAKEN"}], "discountRedeemCode": made}
            )
        self.creations[creation] = nodes
        return {field: {"bulkCreation": {"id": creation}, "userErrors": []}}

    def answer_creation(self, id: str) -> dict[str, Any]:
        """Return a bulk creation and what became of its codes."""
        nodes = self.creations[id]
        done = all(self.is_seen(self.codes[node["code"].upper()]) for node in nodes if node["discountRedeemCode"])
        return {"discountRedeemCodeBulkCreation": {"done": done, "codes": {"nodes": nodes if done else []}}}

    def answer_find(self, code: str) -> dict[str, Any]:
        """Return the discount of a code."""
        row = self.codes.get(code.upper())
        if row is None or not self.is_seen(row):
            return {"codeDiscountNodeByCode": None}
        title = self.discounts[row["discount"]].get("title", "")
        return {"codeDiscountNodeByCode": {"id": row["discount"], "codeDiscount": {"title": title}}}

    def answer_list(self, id: str, after: str | None = None) -> dict[str, Any]:
        """Return a page of a discount's codes."""
        if id not in self.discounts:
            return {"codeDiscountNode": None}
        own = [(code, row) for code, row in self.codes.items() if row["discount"] == id and self.is_seen(row)]
        start = int(after or 0)
        nodes = [{"id": row["id"], "code": code} for code, row in own[start : start + MOST_CODES]]
        end = start + len(nodes)
        page = {"hasNextPage": end < len(own), "endCursor": str(end)}
        return {"codeDiscountNode": {"codeDiscount": {"codes": {"nodes": nodes, "pageInfo": page}}}}

    def answer_remove(self, id: str, ids: list[str]) -> dict[str, Any]:
        """Remove codes of a discount, in the background."""
        gone = set(ids)
        self.codes = {code: row for code, row in self.codes.items() if row["id"] not in gone or row["discount"] != id}
        return {"discountCodeRedeemCodeBulkDelete": {"job": {"id": "gid://shopify/Job/1"}, "userErrors": []}}

    def answer_delete(self, id: str) -> dict[str, Any]:
        """Delete a discount with its codes."""
        self.discounts.pop(id, None)
        self.codes = {code: row for code, row in self.codes.items() if row["discount"] != id}
        return {"discountCodeDelete": {"deletedCodeDiscountId": id, "userErrors": []}}

    def use_code(self, code: str) -> dict[str, Any] | None:
        """Use a code at the checkout, once; return what it gives, or None."""
        row = self.codes.get(code.upper())
        if row is None or row["uses"] >= self.discounts[row["discount"]].get("usageLimit", 1):
            return None
        row["uses"] += 1
        return dict(self.discounts[row["discount"]]["customerGets"]["value"])


def refuse(field: str, code: str, place: str) -> dict[str, Any]:
    """Return the payload of a mutation that was refused."""
    return {field: {"userErrors": [{"field": place.split("."), "code": code, "message": "refused"}]}}
