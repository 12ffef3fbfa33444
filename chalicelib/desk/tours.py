"""Tours: pages that go through every customer in steps (`tours/steps.py`) make one, find it again and show it here."""

import hashlib
import hmac
from typing import Any

from chalice import Response

from chalicelib.desk.answers import show_page
from chalicelib.desk.request import DeskRequest
from chalicelib.errors import UnknownPageError
from chalicelib.store.tours import Tour, TourKind, make_tour_id


def make_tour(request: DeskRequest, kind: TourKind, goal: str = "", **asked: Any) -> Tour:
    """Return a tour of this session that is not begun; `asked` is what a list is to hold."""
    return Tour(
        id=make_tour_id(),
        kind=kind,
        goal=goal,
        staff_id=request.me.staff_id,
        session=request.who.session.name,
        made=request.now,
        **asked,
    )


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
