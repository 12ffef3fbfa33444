"""The headers that every HTTP answer has, whichever route made it."""

from collections.abc import Callable, Mapping
from typing import Any

Routes = Mapping[str, Mapping[str, Any]]  # of Chalice: address, method, entry
Middleware = Callable[[Any, Callable[[Any], Any]], Any]
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
# Seconds. Typeform comes back every 2-3 minutes and Shopify on its own ladder; others read this (RFC 9110, 10.2.3).
RETRY_AFTER = {429: "60", 503: "30"}
REFUSING = "refuse_method"  # the view function of methods that an address answers with 405


def complete_answers(routes: Routes) -> Middleware:
    """Return the middleware that adds headers to each answer, and replaces none that a route set."""

    def complete_answer(request: Any, answer_request: Callable[[Any], Any]) -> Any:
        answer = answer_request(request)
        present = {name.lower() for name in answer.headers}
        for name, value in list_headers(answer.status_code, request, routes).items():
            if name.lower() not in present:
                answer.headers[name] = value
        return answer

    return complete_answer


def list_headers(status: int, request: Any, routes: Routes) -> dict[str, str]:
    """Return the headers that belong to an answer of that status."""
    headers = dict(HEADERS)
    if status in RETRY_AFTER:
        headers["Retry-After"] = RETRY_AFTER[status]
    if status == 405:
        headers["Allow"] = ", ".join(list_methods(routes[request.context["resourcePath"]]))
    return headers


def list_methods(entries: Mapping[str, Any]) -> list[str]:
    """Return the methods that an address takes, of all that it answers (RFC 9110, 10.2.1)."""
    return sorted(method for method, entry in entries.items() if entry.view_function.__name__ != REFUSING)
