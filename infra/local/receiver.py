"""The shop's own system, on this machine: takes events, checks their signatures and shows them. Local runs only.

`make events` prints the events that it received; /_local/events shows the same, beside the mailbox.
"""

import base64
import json
import urllib.request
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from html import escape
from typing import Any

from chalicelib.errors import InvalidSignatureError
from chalicelib.senders.signatures import check_message
from infra.local.state import read_state
from infra.target import require_local

PATH = "/_local/events"
TARGET = "shop"
SECRET = "whsec_" + base64.b64encode(b"local-downstream-secret-of-32-b.").decode()
MOST_KEPT = 1_000

received: list[dict[str, Any]] = []  # oldest first


def serve_events(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer a POST with 204 when its signature is good, and a GET with the events so far: a page, or JSON (WSGI)."""
    if environ["REQUEST_METHOD"] == "POST":
        status = "204 No Content" if take_event(environ) else "401 Unauthorized"
        start_response(status, [("Content-Length", "0")])
        return [b""]
    if "json" in environ.get("HTTP_ACCEPT", ""):
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(received).encode()]
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")])
    return [show_events().encode()]


def take_event(environ: dict[str, Any]) -> bool:
    """Keep an event whose signature is good, once per id; return whether it was."""
    parts = ("id", "timestamp", "signature")
    headers = {f"webhook-{part}": environ.get(f"HTTP_WEBHOOK_{part.upper()}", "") for part in parts}
    raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    try:
        check_message(raw, headers, [SECRET.encode()], datetime.now(UTC))
    except InvalidSignatureError:
        return False
    if headers["webhook-id"] not in {event["id"] for event in received}:
        received.append({"id": headers["webhook-id"], "took": f"{datetime.now(UTC):%H:%M:%S}", **json.loads(raw)})
        del received[:-MOST_KEPT]
    return True


def show_events() -> str:
    """Return a page of the events, newest first."""
    head = "<!doctype html><meta charset=utf-8><title>Events</title><style>body{font:16px/1.5 system-ui}</style>"
    texts = (json.dumps(event, indent=1, ensure_ascii=False) for event in reversed(received))
    lines = [f"<li><pre>{escape(text)}</pre>" for text in texts]
    return f"{head}<h1>Events that the shop's own systems received</h1><ul>{''.join(lines) or '<li>Nothing yet.'}</ul>"


def main() -> None:
    """Print the events that the running stack's receiver has, oldest first."""
    request = urllib.request.Request(read_state()["events"], headers={"Accept": "application/json"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        for event in json.load(answer):
            print(json.dumps(event, ensure_ascii=False))


if __name__ == "__main__":
    require_local()
    main()
