"""What every HTTP answer carries, whoever made it."""

from collections.abc import Callable
from typing import Any

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
# Seconds. Typeform comes back every 2-3 minutes and Shopify on its own ladder; others read this (RFC 9110, 10.2.3).
RETRY_AFTER = {429: "60", 503: "30"}
ALLOW = {405: "POST"}


def add_default_headers(request: Any, answer_request: Callable[[Any], Any]) -> Any:
    """Add the headers that belong to an answer, without overruling a route that set its own."""
    answer = answer_request(request)
    extra = dict(HEADERS)
    if answer.status_code in RETRY_AFTER:
        extra["Retry-After"] = RETRY_AFTER[answer.status_code]
    if answer.status_code in ALLOW:
        extra["Allow"] = ALLOW[answer.status_code]
    present = {name.lower() for name in answer.headers}
    for name, value in extra.items():
        if name.lower() not in present:
            answer.headers[name] = value
    return answer
