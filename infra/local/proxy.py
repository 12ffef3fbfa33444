"""API Gateway's REST proxy: turns a request into Lambda's event, and Lambda's answer into a response.

Shapes after AWS's own samples (apigateway-aws-proxy). With binaryMediaTypes `*/*`, as the template sets it, every body
arrives base64-encoded.
"""

import base64
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote
from uuid import uuid4

from werkzeug import Request
from werkzeug.datastructures import Headers

Routes = Mapping[str, Mapping[str, Any]]  # a Chalice app's `routes`: path pattern -> method -> entry
STAGE = "api"
SENT_HEADERS = "gateway.headers"  # in a WSGI environment: pairs of name and value
LONGEST_BODY = 10 * 1024 * 1024  # API Gateway's limit, in bytes
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ProxyRequest(Request):
    """A request whose headers keep their case and are repeated where they were; a longer body than ours is a 413."""

    max_content_length = LONGEST_BODY

    def __init__(self, environ: dict[str, Any]) -> None:
        """Take a WSGI environment with RAW_URI and SENT_HEADERS."""
        super().__init__(environ)
        self.headers = Headers(environ[SENT_HEADERS])


@dataclass(frozen=True)
class Answer:
    """The response to the client."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def gateway_error(status: int, message: str) -> Answer:
    """Return an answer that API Gateway gives by itself."""
    return Answer(status, (("Content-Type", "application/json"),), json.dumps({"message": message}).encode())


NO_ROUTE = gateway_error(403, "Missing Authentication Token")
NO_ANSWER = gateway_error(502, "Internal server error")
BAD_REQUEST = gateway_error(400, "Bad Request")
TOO_LONG = gateway_error(413, "Request Too Long")


def route_request(routes: Routes, request: ProxyRequest, now: datetime) -> dict[str, Any] | Answer:
    """Return the event for the function, or the answer that API Gateway gives without calling it.

    Raise werkzeug's HTTPException, or OSError, for a body that is too long or malformed.
    """
    matched = match_route(routes, request.environ["RAW_URI"].partition("?")[0])
    if matched is None:
        return NO_ROUTE
    resource, values = matched
    entries = routes[resource]
    if request.method not in entries:
        return (request.method == "OPTIONS" and answer_preflight(entries)) or NO_ROUTE
    return build_event(request, resource, values, now)


def match_route(routes: Routes, path: str) -> tuple[str, dict[str, str]] | None:
    """Return the pattern that a raw path matches and its decoded parameters; a literal part beats a parameter."""
    parts = split_path(path)
    found: list[tuple[list[bool], str, dict[str, str]]] = []
    for pattern in routes:
        wanted = split_path(pattern)
        holes = [part.startswith("{") for part in wanted]
        if len(wanted) == len(parts) and all(
            hole or want == unquote(part) for hole, want, part in zip(holes, wanted, parts, strict=True)
        ):
            values = {want[1:-1]: unquote(part) for want, part in zip(wanted, parts, strict=True) if want[:1] == "{"}
            if all(values.values()):
                found.append((holes, pattern, values))
    return min(found, key=lambda match: match[0])[1:] if found else None


def split_path(path: str) -> list[str]:
    """Split a path at slashes; one slash at the end counts for nothing, as in API Gateway."""
    return path.removesuffix("/").split("/")


def build_event(request: ProxyRequest, resource: str, values: dict[str, str], now: datetime) -> dict[str, Any]:
    """Return the Lambda proxy event. Maps that are empty are null, as on AWS."""
    path, _, query = request.environ["RAW_URI"].partition("?")
    headers = collect_values([*request.headers, *forwarded_headers(request)])
    body = request.get_data()
    asked = collect_values(parse_qsl(query, keep_blank_values=True))
    return {
        "resource": resource,
        "path": path,
        "httpMethod": request.method,
        "headers": last_values(headers),
        "multiValueHeaders": headers,
        "queryStringParameters": last_values(asked),
        "multiValueQueryStringParameters": asked,
        "pathParameters": values or None,
        "stageVariables": None,
        "requestContext": build_context(request, resource, path, now),
        "body": base64.b64encode(body).decode() if body else None,
        "isBase64Encoded": bool(body),
    }


def forwarded_headers(request: ProxyRequest) -> list[tuple[str, str]]:
    """Return the headers that the gateway adds; the last address in X-Forwarded-For is the peer's."""
    claimed = request.headers.getlist("X-Forwarded-For")
    addresses = ", ".join([*claimed, str(request.remote_addr)])
    return [("X-Forwarded-For", addresses), ("X-Forwarded-Proto", "http")]


def build_context(request: ProxyRequest, resource: str, path: str, now: datetime) -> dict[str, Any]:
    """Return the event's requestContext."""
    return {
        "accountId": "000000000000",
        "apiId": "local",
        "resourceId": "local",
        "resourcePath": resource,
        "httpMethod": request.method,
        "path": f"/{STAGE}{path}",
        "stage": STAGE,
        "protocol": "HTTP/1.1",
        "requestId": str(uuid4()),
        "requestTime": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "requestTimeEpoch": (now - EPOCH) // timedelta(milliseconds=1),
        "identity": {"sourceIp": request.remote_addr, "userAgent": request.headers.get("User-Agent")},
    }


def collect_values(pairs: list[tuple[str, str]]) -> dict[str, list[str]] | None:
    """Gather values by name; None when there are none."""
    gathered: dict[str, list[str]] = defaultdict(list)
    for name, value in pairs:
        gathered[name].append(value)
    return dict(gathered) or None


def last_values(gathered: dict[str, list[str]] | None) -> dict[str, str] | None:
    """Return the last value of each name: what API Gateway's single-value maps hold."""
    return {name: values[-1] for name, values in gathered.items()} if gathered else None


def read_answer(result: Any) -> Answer:
    """Return the function's result as an answer; a result that API Gateway cannot use becomes a 502."""
    if not isinstance(result, dict) or not isinstance(result.get("statusCode"), int):
        return NO_ANSWER
    single = (result.get("headers") or {}).items()
    many = [(name, value) for name, values in (result.get("multiValueHeaders") or {}).items() for value in values]
    repeated = {name.lower() for name, _ in many}
    headers = [(name, str(value)) for name, value in single if name.lower() not in repeated] + many
    body = result.get("body") or ""
    raw = base64.b64decode(body) if result.get("isBase64Encoded") else str(body).encode()
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    return Answer(result["statusCode"], tuple(headers), raw)


def answer_preflight(entries: Mapping[str, Any]) -> Answer | None:
    """Return the answer that Chalice's template makes API Gateway give to OPTIONS, or None without CORS."""
    shared = [entry.cors for entry in entries.values() if getattr(entry, "cors", None)]
    if not shared:
        return None
    methods = ",".join([*(method for method, entry in entries.items() if entry.cors), "OPTIONS"])
    headers = shared[0].get_access_control_headers() | {"Access-Control-Allow-Methods": methods}
    return Answer(200, (("Content-Type", "application/json"), *headers.items()), b"")
