"""POST /hooks/{sender}: one delivery in, one answer out.

Never 404 or 410: Typeform switches a webhook off at once on either. A sender that is unknown or not set up gets 503,
after which every sender tries again; a bad signature is 401 exactly, which Shopify's reviewers test for.
"""

from chalice.app import Blueprint, Response

from chalicelib.door import open_door
from chalicelib.errors import InvalidSignatureError, TryAgainLaterError, UnsupportedTypeError, WrongMethodError
from chalicelib.routes.http import ANY, check_charset, read_body, read_headers, request_time
from chalicelib.routes.origins import read_site
from chalicelib.senders import find_sender
from chalicelib.senders.sizes import MOST_BYTES, fit_submission

hooks = Blueprint(__name__)

OTHER_METHODS = ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"]


@hooks.route("/hooks/{sender}", methods=["POST"], content_types=ANY)
def receive_delivery(sender: str) -> Response:
    """Verify over the raw bytes, parse, accept. 202 kept, 200 kept before."""
    request = hooks.current_request
    now = request_time(request)
    module = find_sender(sender)
    if module is None:
        raise TryAgainLaterError("No sender of this name is set up here: look at the address.")
    door = open_door()
    headers = read_headers(request)
    raw = read_body(request, MOST_BYTES)
    check_type(headers.get("content-type", ""), module.CONTENT_TYPES)
    if module.is_ping(raw, headers):
        return Response({"status": "ready"}, status_code=200)
    address = f"{read_site(door.settings.public_url)}/hooks/{sender}"
    module.verify(raw, headers, door.parameters.read_secrets(sender, now), now, address=address)
    submission = fit_submission(module.parse(raw, headers, now))
    check_shop(submission.shop, door.parameters.read_shops(sender, now))
    kept = door.accept(submission)
    return Response({"status": "accepted" if kept else "duplicate"}, status_code=202 if kept else 200)


@hooks.route("/hooks/{sender}", methods=OTHER_METHODS, content_types=ANY)
def refuse_method(sender: str) -> Response:
    """Answer 405: deliveries are posted."""
    raise WrongMethodError("Deliveries are posted.")


def check_type(given: str, taken: tuple[str, ...]) -> None:
    """Refuse a content type that this sender does not use; the error does not repeat it."""
    kind, _, parameters = given.partition(";")
    kind = kind.strip().lower()
    if kind and kind not in taken:
        raise UnsupportedTypeError(f"Send {' or '.join(taken)}.")
    check_charset(parameters)


def check_shop(shop: str, taken: frozenset[str]) -> None:
    """Refuse a delivery of a shop that is not listed.

    Shopify and WooCommerce name the shop in a header, which no signature covers: a person who has captured one
    delivery could send it again under another shop's name.
    """
    if taken and shop.lower() not in taken:
        raise InvalidSignatureError
