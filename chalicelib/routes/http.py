"""How all routes read the parts of a request."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from chalicelib.errors import MalformedError, TooLargeError, UnsupportedTypeError

# The methods of every page and file. A HEAD is answered like a GET: the gateway leaves the body out, and takes the
# Content-Length from it, which must be that of a GET (RFC 9110, 8.6).
SHOWN = ["GET", "HEAD"]
ANY = ["*/*"]  # a scanner may name a content type on a GET too: without this Chalice would answer 415
# For public pages that are the same for every visitor, and cheap to make again.
SHARED = {"Cache-Control": "public, max-age=300", "Vary": "Accept, Accept-Language"}
# Every label of UTF-8, in lower case: https://encoding.spec.whatwg.org/#names-and-labels
UTF8_LABELS = {"utf-8", "utf8", "unicode-1-1-utf-8", "unicode11utf8", "unicode20utf8", "x-unicode20utf8"}


def request_time(request: Any) -> datetime:
    """Return when the gateway took the request (requestTimeEpoch, milliseconds), aware UTC."""
    return datetime.fromtimestamp(request.context["requestTimeEpoch"] / 1000, UTC)


def client_address(request: Any) -> str:
    """Return the caller's network address as the gateway saw it; never X-Forwarded-For, which anyone may send."""
    return str(request.context.get("identity", {}).get("sourceIp", ""))


def read_headers(request: Any) -> Mapping[str, str]:
    """Return headers by lower-case name; a repeated header is joined with `, ` so that no copy hides another."""
    event = request.to_original_event()
    many = event.get("multiValueHeaders") or {}
    once = event.get("headers") or {}
    joined = {name.lower(): value for name, value in once.items()}
    joined.update({name.lower(): ", ".join(values) for name, values in many.items()})
    return joined


def read_body(request: Any, limit: int) -> bytes:
    """Return the body's true bytes; nothing is ever decompressed, so that 10 KB cannot become a gigabyte."""
    encoding = read_headers(request).get("content-encoding", "identity")
    if encoding.strip().lower() not in ("", "identity"):
        raise UnsupportedTypeError("Content-Encoding is not accepted.")
    try:
        body = bytes(request.raw_body)
    except ValueError:
        raise MalformedError("The body is not what its transfer encoding says.") from None
    if len(body) > limit:
        raise TooLargeError(f"The body is larger than {limit} bytes.")
    return body


def check_charset(parameters: str) -> None:
    """Refuse any charset but UTF-8: a wrong guess destroys names. An empty label names none."""
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        label = value.strip(" \t\"'").lower()
        if name.strip().lower() == "charset" and label and label not in UTF8_LABELS:
            raise UnsupportedTypeError("Send UTF-8.")
