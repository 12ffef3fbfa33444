"""One call of a shop system's API: JSON out, by https, once: the caller decides about a lost reply."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import urllib3

from chalicelib.errors import MalformedError, ShopUnavailableError
from chalicelib.strictjson import parse_json

TIMEOUT = urllib3.Timeout(connect=3, read=15)
MOST_BYTES = 4_000_000
LOOPBACK = ("127.0.0.1", "localhost")  # the stand-in of a local run


@dataclass(frozen=True)
class ShopReply:
    """An answer below 500 that is JSON, 429 excepted."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


class ShopHttp:
    """Calls one shop."""

    def __init__(self, address: str) -> None:
        """Raise ValueError for an address that is not https."""
        parts = urlsplit(address)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("not an https address")
        self.address = address.rstrip("/")
        self.pool = urllib3.PoolManager(timeout=TIMEOUT, retries=False, maxsize=1)
        self.headers: dict[str, str] = {}

    def call_shop(
        self, method: str, path: str, *, body: Any = None, form: Mapping[str, Any] | None = None, **headers: str
    ) -> ShopReply:
        """Call once; raise ShopUnavailableError where no answer came, or one that says: later.

        No error repeats what was sent: a header holds the token.
        """
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        content = None
        if form is not None:
            content, sent["Content-Type"] = urlencode(form).encode(), "application/x-www-form-urlencoded"
        elif body is not None:
            content, sent["Content-Type"] = json.dumps(body).encode(), "application/json"  # a share is a float
        try:
            answer = self.pool.request(method, self.address + path, body=content, headers=sent, redirect=False)
        except urllib3.exceptions.HTTPError as fault:
            raise ShopUnavailableError(type(fault).__name__) from None
        if answer.status == 429 or answer.status >= 500:
            raise ShopUnavailableError(f"status {answer.status}")
        try:
            told = parse_json(answer.data[:MOST_BYTES])
        except MalformedError:
            raise ShopUnavailableError("no JSON") from None
        return ShopReply(answer.status, told, answer.headers)
