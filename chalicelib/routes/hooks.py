"""POST /hooks/{sender}: one delivery in, one answer out.

Never 404 or 410: Typeform switches a webhook off at once on either. A sender that is unknown or not set up gets 503,
after which every sender tries again; a bad signature is 401 exactly, which Shopify's reviewers test for.
"""

from datetime import datetime

from chalice.app import Blueprint, ChaliceViewError, Response

from chalicelib.door import Door, open_door
from chalicelib.errors import (
    InvalidSignatureError,
    TooLargeError,
    TryAgainLaterError,
    UnsupportedTypeError,
    WrongMethodError,
)
from chalicelib.routes.http import ANY, check_charset, read_body, read_headers, request_time
from chalicelib.routes.origins import read_site
from chalicelib.senders import Sender, find_sender
from chalicelib.senders.sizes import MOST_BYTES, fit_submission

hooks = Blueprint(__name__)

OTHER_METHODS = ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"]


@hooks.route("/hooks/{sender}", methods=["POST"], content_types=ANY)
def receive_delivery(sender: str) -> Response:
    """Verify over the raw bytes, parse, accept. 202 kept, 200 kept before."""
    module = find_sender(sender)
    if module is None:
        raise TryAgainLaterError("No sender of this name is set up here: look at the address.")
    door, now = open_door(), request_time(hooks.current_request)
    try:
        answer, proven = take_delivery(sender, module, door, now)
    except ChaliceViewError as refusal:
        if reason := name_refusal(refusal):
            door.deliveries.note_refused(sender, reason, now)
        raise
    if proven:
        door.deliveries.note_accepted(sender, now)
    return answer


def take_delivery(sender: str, module: Sender, door: Door, now: datetime) -> tuple[Response, bool]:
    """Return the answer to a delivery, and whether its signature was checked: that of a ping is not."""
    request = hooks.current_request
    headers = read_headers(request)
    raw = read_body(request, MOST_BYTES)
    check_type(headers.get("content-type", ""), module.CONTENT_TYPES)
    if module.is_ping(raw, headers):
        return Response({"status": "ready"}, status_code=200), False
    address = f"{read_site(door.settings.public_url)}/hooks/{sender}"
    module.verify(raw, headers, door.parameters.read_secrets(sender, now), now, address=address)
    submission = fit_submission(module.parse(raw, headers, now))
    check_shop(submission.shop, door.parameters.read_shops(sender, now))
    kept = door.accept(submission)
    return Response({"status": "accepted" if kept else "duplicate"}, status_code=202 if kept else 200), True


def name_refusal(refusal: ChaliceViewError) -> str:
    """Return why a delivery was refused, in a word for staff, or "" for a reason that helps nobody."""
    if isinstance(refusal, InvalidSignatureError):
        return refusal.reason
    return {TryAgainLaterError: "unready", UnsupportedTypeError: "type", TooLargeError: "size"}.get(type(refusal), "")


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
        raise InvalidSignatureError("shop")
