"""What each Shopify topic promises of its body.

Shopify signs the body alone: the topic is an unsigned header, so a captured body can be sent again under another one.
A body is read only if it has what its topic's family has, and nothing that marks another family. Within a family
(orders/create, orders/paid, ...) what counts is read from the body, so a changed topic changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.errors import UnreadableError
from chalicelib.models import JsonValue

ID: tuple[type, ...] = (int, str)
ANY: tuple[type, ...] = (object,)

# Names that tell families apart.
MARKS = frozenset(
    {
        "abandoned_checkout_url",
        "addresses",
        "admin_graphql_api_customer_deleted_id",
        "admin_graphql_api_customer_kept_id",
        "cart_token",
        "customer",
        "customer_id",
        "email_marketing_consent",
        "financial_status",
        "line_items",
        "orders_requested",
        "orders_to_redact",
        "refund_line_items",
        "shop_domain",
        "sms_marketing_consent",
        "token",
        "verified_email",
    }
)


@dataclass(frozen=True)
class Shape:
    """A family's body: names it has with their types, marks it may bear too, and the type in its GraphQL id."""

    has: Mapping[str, tuple[type, ...]]
    may: frozenset[str] = frozenset()
    graph_type: str = ""


SHAPES = {
    "order": Shape(
        {"id": ID, "created_at": (str,), "line_items": (list,), "financial_status": ANY},
        frozenset({"cart_token", "customer", "token"}),
        "Order",
    ),
    "order deleted": Shape({"id": ID}, graph_type="Order"),
    "refund": Shape({"id": ID, "order_id": ID, "refund_line_items": (list,)}, graph_type="Refund"),
    # From 2025-01 without tags, consents and totals.
    "customer": Shape(
        {"id": ID, "first_name": ANY},
        frozenset({"addresses", "email_marketing_consent", "sms_marketing_consent", "verified_email"}),
        "Customer",
    ),
    "customer deleted": Shape(
        {"id": ID, "addresses": (list,)},
        frozenset({"email_marketing_consent", "sms_marketing_consent"}),
        "Customer",
    ),
    "customer merge": Shape(
        {
            "admin_graphql_api_customer_kept_id": (str,),
            "admin_graphql_api_customer_deleted_id": (str,),
            "status": (str,),
        }
    ),
    "email consent": Shape({"customer_id": ID, "email_marketing_consent": (dict,)}),
    "sms consent": Shape({"id": ID, "sms_marketing_consent": (dict,)}),
    "checkout": Shape(
        {"token": (str,), "line_items": (list,), "abandoned_checkout_url": ANY}, frozenset({"cart_token", "customer"})
    ),
    "checkout deleted": Shape({"id": ID}, frozenset({"cart_token", "token"})),  # 2023-01 has no cart_token
    "cart": Shape({"id": ID, "token": (str,), "line_items": (list,)}),
    "data request": Shape({"shop_domain": (str,), "customer": (dict,), "orders_requested": (list,)}),
    "customer redact": Shape({"shop_domain": (str,), "customer": (dict,), "orders_to_redact": (list,)}),
    "shop redact": Shape({"shop_id": ID, "shop_domain": (str,)}),
}

FAMILIES = {
    "orders/create": "order",
    "orders/updated": "order",
    "orders/paid": "order",
    "orders/cancelled": "order",
    "orders/fulfilled": "order",
    "orders/partially_fulfilled": "order",
    "orders/delete": "order deleted",
    "refunds/create": "refund",
    "customers/create": "customer",
    "customers/update": "customer",
    "customers/enable": "customer",
    "customers/disable": "customer",
    "customers/delete": "customer deleted",
    "customers/merge": "customer merge",
    "customers_email_marketing_consent/update": "email consent",
    "customers_marketing_consent/update": "sms consent",
    "checkouts/create": "checkout",
    "checkouts/update": "checkout",
    "checkouts/delete": "checkout deleted",
    "carts/create": "cart",
    "carts/update": "cart",
    "customers/data_request": "data request",
    "customers/redact": "customer redact",
    "shop/redact": "shop redact",
}


def check_shape(topic: str, body: Mapping[str, JsonValue], shop: str) -> None:
    """Raise UnreadableError where the body is not what its topic promises; a topic we do not know promises nothing."""
    if topic not in FAMILIES:
        return
    # orders/delete brings {"id": n} today, and brought the whole order in 2023-01.
    whole = FAMILIES[topic] == "order deleted" and "line_items" in body
    shape = SHAPES["order" if whole else FAMILIES[topic]]
    for name, types in shape.has.items():
        if name not in body or not isinstance(body[name], types) or isinstance(body[name], bool):
            raise UnreadableError(f"{topic}: {name} is missing or of another type.")
    strange = (MARKS & body.keys()) - shape.has.keys() - shape.may
    if strange:
        raise UnreadableError(f"{topic}: {min(strange)} belongs to another topic.")
    check_names(topic, body, shape, shop)


def check_names(topic: str, body: Mapping[str, JsonValue], shape: Shape, shop: str) -> None:
    """Raise UnreadableError where the body names another kind of thing, or another shop."""
    graph_id = body.get("admin_graphql_api_id")
    if shape.graph_type and isinstance(graph_id, str) and f"/{shape.graph_type}/" not in graph_id:
        raise UnreadableError(f"{topic}: admin_graphql_api_id is of another type.")
    if "shop_domain" in shape.has and body["shop_domain"].lower() != shop.lower():
        raise UnreadableError(f"{topic}: shop_domain is not the shop in the header.")
