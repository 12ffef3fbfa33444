"""Senders' own APIs for webhooks, played on this machine as their references describe them.

Shopify      https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/webhookSubscriptionCreate
Typeform     https://www.typeform.com/developers/webhooks/reference/create-or-update-webhook/
Stripe       https://docs.stripe.com/api/webhook_endpoints
WooCommerce  https://developer.woocommerce.com/docs/apis/rest-api/v3/webhooks/

Each knows one token, answers in pages of two, keeps what it is given, and notes each call.
"""

import http.server
import json
import re
import threading
from base64 import b64encode
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

TOKEN = "invented-token"
PAGE = 2
WEBHOOK = re.compile(r"/forms/(\w+)/webhooks(?:/([\w-]+))?")


class VendorStandIn:
    """All four under one address."""

    def __init__(self):
        self.calls = []  # (method, path)
        self.subscriptions = {}  # Shopify's, by id
        self.hooks = {}  # Typeform's, by (form, tag)
        self.endpoints = {}  # Stripe's, by id
        self.webhooks = {}  # WooCommerce's, by id
        self.scopes = True  # whether Shopify's token may read orders
        self.made = 0

    def answer(self, method, target, headers, body):
        """Return status and JSON of one request."""
        parts = urlsplit(target)
        self.calls.append((method, parts.path))
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path.startswith("/admin/api/"):
            return self.answer_shopify(headers, body)
        if parts.path.startswith("/forms/"):
            return self.answer_typeform(method, parts.path, headers, body)
        if parts.path.startswith("/v1/webhook_endpoints"):
            return self.answer_stripe(method, parts.path, query, headers, body)
        return self.answer_woo(method, parts.path, query, headers, body)

    def name_new(self, prefix):
        self.made += 1
        return f"{prefix}{self.made}"

    # ---- Shopify

    def answer_shopify(self, headers, body):
        if headers.get("x-shopify-access-token") != TOKEN:
            return 401, {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}
        asked = json.loads(body)
        given = asked["variables"]
        if "webhookSubscriptions(" in asked["query"]:
            return 200, {"data": {"webhookSubscriptions": self.list_subscriptions(given["after"])}}
        field = re.search(r"webhookSubscription(?:Create|Update)", asked["query"])[0]
        if not self.scopes:
            said = {"message": f"Access denied for {field} field.", "extensions": {"code": "ACCESS_DENIED"}}
            return 200, {"errors": [said], "data": {field: None}}
        changed = given["webhook"]
        assert set(changed) <= {"uri", "format", "includeFields", "filter", "metafieldNamespaces", "name"}
        if field.endswith("Create"):
            taken = [(each["topic"], each["uri"]) for each in self.subscriptions.values()]
            if (given["topic"], changed["uri"]) in taken:
                said = [{"field": ["webhookSubscription"], "message": "Address for this topic has already been taken"}]
                return 200, {"data": {field: {"webhookSubscription": None, "userErrors": said}}}
            name = self.name_new("gid://shopify/WebhookSubscription/")
            self.subscriptions[name] = {"id": name, "topic": given["topic"], **changed}
        else:
            name = given["id"]
            self.subscriptions[name] |= changed
        return 200, {"data": {field: {"webhookSubscription": {"id": name}, "userErrors": []}}}

    def list_subscriptions(self, after):
        every = list(self.subscriptions.values())
        start = int(after or 0)
        end = start + PAGE
        return {"nodes": every[start:end], "pageInfo": {"hasNextPage": end < len(every), "endCursor": str(end)}}

    # ---- Typeform

    def answer_typeform(self, method, path, headers, body):
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return 403, {"code": "AUTHENTICATION_FAILED", "description": "Authentication credentials not found"}
        form, tag = WEBHOOK.fullmatch(path).groups()
        if form == "gone":
            return 404, {"code": "NOT_FOUND", "description": "form not found"}
        if method == "GET":
            found = [hook for (held, _), hook in self.hooks.items() if held == form]
            return 200, {"items": [{k: v for k, v in hook.items() if k != "secret"} for hook in found]}
        assert method == "PUT"
        self.hooks[form, tag] = {"form_id": form, "tag": tag, "id": self.name_new("w"), **json.loads(body)}
        return 200, self.hooks[form, tag]

    # ---- Stripe

    def answer_stripe(self, method, path, query, headers, body):
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, {"error": {"type": "invalid_request_error"}}
        name = path.removeprefix("/v1/webhook_endpoints").strip("/")
        form = parse_qs(body.decode())
        events = [values[0] for key, values in form.items() if key.startswith("enabled_events[")]
        if method == "GET":
            every = list(self.endpoints.values())
            start = (
                1 + [each["id"] for each in every].index(query["starting_after"]) if "starting_after" in query else 0
            )
            shown = [{k: v for k, v in each.items() if k != "secret"} for each in every[start : start + PAGE]]
            return 200, {"object": "list", "data": shown, "has_more": start + PAGE < len(every)}
        if method == "DELETE":
            del self.endpoints[name]
            return 200, {"id": name, "object": "webhook_endpoint", "deleted": True}
        if name:
            self.endpoints[name] |= {"enabled_events": events, "status": "enabled"}
            return 200, {k: v for k, v in self.endpoints[name].items() if k != "secret"}
        name = self.name_new("we_")
        told = {"id": name, "object": "webhook_endpoint", "livemode": True, "status": "enabled"}
        self.endpoints[name] = told | {
            "url": form["url"][0],
            "enabled_events": events,
            "secret": f"whsec_invented{self.made}",
        }
        return 200, self.endpoints[name]

    # ---- WooCommerce

    def answer_woo(self, method, path, query, headers, body):
        if headers.get("authorization") != "Basic " + b64encode(b"ck_1:cs_2").decode():
            return 401, {"code": "woocommerce_rest_cannot_view", "data": {"status": 401}}
        name = path.removeprefix("/wp-json/wc/v3/webhooks").strip("/")
        if method == "GET":
            most, page = int(query["per_page"]), int(query["page"])
            every = [{k: v for k, v in each.items() if k != "secret"} for each in self.webhooks.values()]
            return 200, every[(page - 1) * most : page * most]
        given = json.loads(body)
        assert set(given) <= {"name", "topic", "delivery_url", "secret", "status"}
        name = name or self.name_new("")
        self.webhooks[name] = {"id": int(name), **given}
        return 201, self.webhooks[name]


@contextmanager
def open_vendors():
    """Yield the stand-in and its address."""
    played = VendorStandIn()

    class Handler(http.server.BaseHTTPRequestHandler):
        def handle_any(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            named = {name.lower(): value for name, value in self.headers.items()}
            status, told = played.answer(self.command, self.path, named, body)
            content = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815

        def log_message(self, *_):
            """Write no line."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield played, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
