"""The result of a request, behind the token that only its person has: pages, and files to be saved.

Files never open on our own address: they are attachments, and a browser that shows one all the same puts it into a
sandbox without any right.
"""

import base64
from typing import Any

from chalice import Response

from chalicelib.pages.request_pages import render_done, render_pending, render_receipt
from chalicelib.pages.waiting_page import plan_look, read_looks, render_waiting, write_query
from chalicelib.routes.link_request import PRIVATE, LinkRequest, show_page
from chalicelib.store.links import Link, LinkKind

RESULTS = (LinkKind.RESULT, LinkKind.CHOOSE)
WHOLE = "data.zip"
FILES = ("data.html", "data.json", WHOLE)  # of a package; its tables are in the zip alone
# Types that Chalice does not know as binary: for those it refuses requests without a fitting Accept header.
TYPES = {
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "zip": "application/x-zip-compressed",
    "sig": "application/x-signature",
    "pem": "application/x-pem-file",
}
LARGEST = 4_420_000  # bytes: Lambda answers with 6 MB at most, in base64; a package is no larger either


class Download(Response):
    """A file as it is, byte for byte, through the gateway's base64."""

    def to_dict(self, binary_types: list[str] | None = None) -> dict[str, Any]:
        """Return what the gateway takes; it decodes the body for every client, since all types count as binary."""
        plain: dict[str, Any] = Response("", self.headers, self.status_code).to_dict()
        return {**plain, "body": base64.b64encode(self.body).decode(), "isBase64Encoded": True}


def open_result(request: LinkRequest, link: Link) -> Response:
    """Show the result. A correction is made on the page of preferences, by the same token."""
    if link.kind is LinkKind.CHOOSE:
        address = f"{request.name_address('preferences')}?lang={request.language}"
        return Response("", status_code=302, headers={**PRIVATE, "Location": address})
    if link.receipt:
        return show_page(request, render_receipt(request.context, link))
    return show_page(request, render_done(request.context, link, FILES if link.parts else ()))


def await_result(request: LinkRequest) -> Response:
    """Answer where no result is: the page that waits (202) after a code was typed, else that there is none (404).

    Both are the same for every token. The page refreshes itself by a header, so that it has no script.
    """
    looks = read_looks(request.raw.query_params)
    if looks is None:
        return show_page(request, render_pending(request.context), 404)
    answer = show_page(request, render_waiting(request.context, looks), 202)
    if seconds := plan_look(looks):
        answer.headers["Refresh"] = f"{seconds}; url={write_query(request.language, looks + 1)}"
    return answer


def offer_file(request: LinkRequest, link: Link, name: str) -> Response:
    """Return one file by its name; for any other name, the page of an unknown result."""
    content = read_receipt(link, name) if link.receipt else read_copy(request, link, name)
    if content is None:
        return show_page(request, render_pending(request.context), 404)
    if len(content) > LARGEST:  # packed it fits: a larger package is never made
        address = f"{request.context.address}/{WHOLE}"
        return Response("", status_code=302, headers={**PRIVATE, "Location": address})
    return send_file(name, content)


def read_receipt(link: Link, name: str) -> bytes | None:
    """Return the receipt as it was signed, or its signature (DER)."""
    return {"receipt.json": link.receipt.encode(), "receipt.sig": base64.b64decode(link.signature)}.get(name)


def read_copy(request: LinkRequest, link: Link, name: str) -> bytes | None:
    """Return a file of a package, or the whole package; only the token opens it."""
    # Imported here: only results open packages.
    from chalicelib.data_requests.package import pick_file, read_package

    if name not in FILES or not link.parts:
        return None
    packed = read_package(request.token, link, request.door.links, request.now)
    return packed if packed is None or name == WHOLE else pick_file(packed, name)


def offer_key(request: LinkRequest) -> Response:
    """Return the public key of receipts."""
    key = request.door.parameters.read_receipt_key(request.now)
    if not key:
        return show_page(request, render_pending(request.context), 404)
    return send_file("receipt-key.pem", key.encode())


def send_file(name: str, content: bytes) -> Response:
    """Return a file to be saved."""
    headers = {
        **PRIVATE,
        "Content-Type": TYPES[name.rpartition(".")[2]],
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    return Download(content, headers)
