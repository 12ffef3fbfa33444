"""Shopify: GraphQL Admin API, webhookSubscriptionCreate (https://shopify.dev/docs/api/admin-graphql/2026-10)."""

from collections.abc import Iterator
from typing import Any

from chalicelib.offers.http import ShopHttp
from infra.account.vendors import Door, Registered, check_reply, open_http

PATH = "/admin/api/2026-10/graphql.json"
TOPICS = (
    "orders/create",
    "orders/updated",
    "orders/paid",
    "orders/cancelled",
    "orders/fulfilled",
    "orders/partially_fulfilled",
    "orders/delete",
    "refunds/create",
    "customers/create",
    "customers/update",
    "customers/enable",
    "customers/disable",
    "customers/delete",
    "customers/merge",
    "customers_email_marketing_consent/update",
    "customers_marketing_consent/update",
    "checkouts/create",
    "checkouts/update",
    "checkouts/delete",
    "carts/create",
    "carts/update",
)
# No API takes these three: they stand in the app's own configuration.
COMPLIANCE = ("customers/data_request", "customers/redact", "shop/redact")
FIELDS = "id topic uri format includeFields filter"
LIST = f"""query List($after: String) {{ webhookSubscriptions(first: 100, after: $after) {{
  nodes {{ {FIELDS} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
CREATE = """mutation Create($topic: WebhookSubscriptionTopic!, $webhook: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $webhook) {
    webhookSubscription { id } userErrors { field message } } }"""
UPDATE = """mutation Update($id: ID!, $webhook: WebhookSubscriptionInput!) {
  webhookSubscriptionUpdate(id: $id, webhookSubscription: $webhook) {
    webhookSubscription { id } userErrors { field message } } }"""


def register_shopify(address: str, token: str, door: Door) -> Registered:
    """Subscribe to every topic that is read."""
    http = open_http(address, X_Shopify_Access_Token=token)
    held = {each["topic"]: each for each in list_subscriptions(http) if each["uri"] == door.address}
    done = Registered(notes=(f"By hand, in the app's configuration: {', '.join(COMPLIANCE)} to {door.address}",))
    # A subscription that leaves fields out, or some events, would have its deliveries parked.
    wanted: dict[str, Any] = {"uri": door.address, "format": "JSON", "includeFields": [], "filter": None}
    for topic in map(name_topic, TOPICS):
        present = held.get(topic)
        if present is None:
            ask_shopify(http, CREATE, "webhookSubscriptionCreate", topic=topic, webhook=wanted)
            done.made += 1
        elif {name: present[name] or wanted[name] for name in wanted} != wanted:
            ask_shopify(http, UPDATE, "webhookSubscriptionUpdate", id=present["id"], webhook=wanted)
            done.changed += 1
        else:
            done.kept += 1
    return done


def name_topic(topic: str) -> str:
    """Return a topic as the API names it: ORDERS_CREATE."""
    return topic.replace("/", "_").upper()


def list_subscriptions(http: ShopHttp) -> Iterator[dict[str, Any]]:
    """Yield the app's subscriptions in this shop."""
    after = None
    while True:
        page = ask_shopify(http, LIST, "webhookSubscriptions", after=after)
        yield from page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def ask_shopify(http: ShopHttp, query: str, name: str, **variables: Any) -> dict[str, Any]:
    """Return the answer of one field; raise SystemExit with Shopify's own words where it refuses."""
    reply = check_reply(http.call_shop("POST", PATH, body={"query": query, "variables": variables}), "subscribe")
    faults = reply.body.get("errors", []) or reply.body["data"][name].get("userErrors", [])
    if faults:
        about = f" ({variables['topic']})" if "topic" in variables else ""
        raise SystemExit(f"Shopify refused{about}: {faults[0]['message']}")
    found: dict[str, Any] = reply.body["data"][name]
    return found
