"""The Privacy page, which leads to the others, and what they share: months, and a tour that goes on."""

import hashlib
import hmac
import re
from typing import Any

from chalice import Response

from chalicelib.desk.answers import show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.words import find_desk_words
from chalicelib.errors import UnknownPageError
from chalicelib.store.tours import Tour, TourKind

desk = DeskBlueprint(__name__)
HERE = "/privacy"
MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
PAGES = {
    "list": "/privacy/lists",
    "erasures": "/privacy/erasures",
    "audit": "/privacy/audit",
    "retention": "/privacy/retention",
}


@desk.route(HERE, right=Right.STAFF)
def show_privacy(request: DeskRequest) -> Response:
    """Show what there is."""
    return show_page(request, "privacy.html", title=find_desk_words(request.language).privacy.title, pages=PAGES)


def read_month(request: DeskRequest) -> str:
    """Return the month that is asked for (yyyy-mm), or this one."""
    asked = request.asked.get("month", "")
    return asked if MONTH.fullmatch(asked) else f"{request.now:%Y-%m}"


def find_tour(request: DeskRequest, tour_id: str, kind: TourKind) -> Tour:
    """Return a tour of this session; raise UnknownPageError for any other."""
    tour = request.services.tours.read_tour(tour_id, request.who.session.name, request.now)
    if tour is None or tour.kind is not kind:
        raise UnknownPageError("There is no such list.")
    return tour


def make_key(request: DeskRequest, tour_id: str) -> bytes:
    """Return the key of a tour's lines: the cookie of this session gives it, and nothing that is stored."""
    return hmac.new(request.who.token.encode(), f"tour {tour_id}".encode(), hashlib.sha256).digest()


def show_tour(request: DeskRequest, tour: Tour, template: str, *, title: str, **shown: Any) -> Response:
    """Return the page of a tour. As long as it is not over, the browser asks again by itself, without a script."""
    from chalicelib.tours.steps import tell_share

    answer = show_page(request, template, title=title, tour=tour, percent=tell_share(tour), **shown)
    if not tour.over:
        answer.headers["Refresh"] = "1"
    return answer
