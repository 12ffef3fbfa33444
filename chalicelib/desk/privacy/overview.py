"""The Privacy page, which leads to the others, and the month that they share."""

import re

from chalice import Response

from chalicelib.desk.answers import show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.words import find_desk_words

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
