"""The sites that a browser may post from: exact origins, per form. No answer repeats the origin of a request.

A request without `Origin` comes from no browser page that could be a forgery, and is taken. `null` (a sandboxed frame,
a file, a redirect across sites) is not a site that a form can name, and is refused.
"""

from chalicelib.errors import ForbiddenOriginError
from chalicelib.forms.definition import Form

PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Content-Type, Idempotency-Key",
    "Access-Control-Max-Age": "86400",
}


def read_origin(public_url: str) -> str:
    """Return the origin of our own address: scheme, host and port, without the path."""
    scheme, _, rest = public_url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}".lower()


def read_site(public_url: str) -> str:
    """Return the beginning of all our links: our own address without a slash at its end."""
    return public_url.rstrip("/")


def check_origin(form: Form, origin: str, public_url: str) -> None:
    """Refuse a post from a site that this form does not name; raise ForbiddenOriginError."""
    if origin and origin not in (read_origin(public_url), *form.origins):
        raise ForbiddenOriginError("This site may not send this form.")


def share_headers(form: Form, origin: str) -> dict[str, str]:
    """Return the headers that let a page of an allowed origin read the answer; the origin comes from the definition."""
    allowed = {name: name for name in form.origins}.get(origin)
    vary = {"Vary": "Origin, Accept, Accept-Language"}
    return {**vary, "Access-Control-Allow-Origin": allowed} if allowed else vary
