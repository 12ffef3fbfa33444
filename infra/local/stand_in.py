"""A stand-in of the shop systems at which codes are made, for local runs and tests.

Written from their public references: the requests and answers that `chalicelib/offers/shops` uses, their errors and
limits, codes that appear late. A local run keeps it in a file, since its codes stand in mails. Its checkout is
`POST /checkout {"code": ...}`.
"""

import http.server
import json
import pickle
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from infra.local.gate import name_hosts
from infra.local.stand_in_shopify import ShopifyStandIn
from infra.local.stand_in_stripe import StripeStandIn
from infra.local.stand_in_woo import WooStandIn
from infra.places import LOCAL

Answer = tuple[int, Any]
MOST_BYTES = 1_000_000
TOKEN = "local-shop-token"


def write_access(port: int) -> dict[str, str]:
    """Return the access to the stand-in by shop system, as the parameters hold it."""
    address = f"http://127.0.0.1:{port}"
    keys = {"shopify": [TOKEN], "woocommerce": [TOKEN, TOKEN], "stripe": [TOKEN]}
    return {name: "\n".join([address, *own]) for name, own in keys.items()}


class ShopStandIn:
    """All three shop systems under one address: each knows its own paths."""

    def __init__(self, token: str, lag: int = 0) -> None:
        """`token` is the access token and key of all; a code is found `lag` looks after it was made."""
        self.shopify = ShopifyStandIn(token, lag)
        self.woocommerce = WooStandIn(token, lag)
        self.stripe = StripeStandIn(token, lag)
        self.file: Path | None = None

    def load_file(self, file: Path) -> None:
        """Keep everything in a file from now on, and begin with what it holds."""
        self.file = file
        if file.exists():
            for name, held in pickle.loads(file.read_bytes()).items():
                getattr(self, name).__dict__.update(held)

    def save_file(self) -> None:
        """Write everything to the file."""
        if self.file:
            held = {name: getattr(self, name).__dict__ for name in ("shopify", "woocommerce", "stripe")}
            self.file.write_bytes(pickle.dumps(held))

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Return status and JSON of one request; header names are in lower case."""
        parts = urlsplit(path)
        query = dict(parse_qsl(parts.query))
        if parts.path.startswith("/admin/api/"):
            return self.shopify.answer(method, parts.path, headers, body)
        if parts.path.startswith("/wp-json/"):
            return self.woocommerce.answer(method, parts.path, query, headers, body)
        if parts.path.startswith("/v1/"):
            return self.stripe.answer(method, parts.path, query, headers, body)
        if (method, parts.path) == ("POST", "/checkout"):
            return self.check_out(str(json.loads(body)["code"]))
        return 404, {"error": "no such address"}

    def check_out(self, code: str) -> Answer:
        """Use a code as a customer does: it works once; return what it gives."""
        for shop in (self.shopify, self.woocommerce, self.stripe):
            given = shop.use_code(code)
            if given is not None:
                return 200, {"code": code.upper(), **given}
        return 422, {"error": "The code is not valid."}


def open_server(shop: ShopStandIn, port: int) -> http.server.ThreadingHTTPServer:
    """Return a server on the loopback address that answers its own name alone."""
    hosts = name_hosts(port)

    class Handler(http.server.BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            length = min(int(self.headers.get("Content-Length", 0)), MOST_BYTES)
            body = self.rfile.read(length)
            named = {name.lower(): value for name, value in self.headers.items()}
            foreign = named.get("host") not in hosts or "origin" in named
            status, told = (403, {}) if foreign else shop.answer(self.command, self.path, named, body)
            shop.save_file()
            content = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = handle_any  # noqa: N815 - the library's names
        do_POST = handle_any  # noqa: N815
        do_DELETE = handle_any  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Write no line: a body holds codes."""

    return http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)


if __name__ == "__main__":
    stand_in = ShopStandIn(TOKEN)
    stand_in.load_file(LOCAL / "stand-in")
    open_server(stand_in, int(sys.argv[1])).serve_forever()
