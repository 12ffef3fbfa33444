"""The Find page: one box, and who is found, masked.

What is looked for stands in no address: the search is a post, and its answer is the page itself.
"""

from typing import Any

from chalice import Response

from chalicelib.desk.answers import give_script_file, name_version, show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.people.reasons import REASONS
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.words import find_desk_words

desk = DeskBlueprint(__name__)
HERE, SCAN = "/find", "scan.js"


@desk.route(HERE, right=Right.PEOPLE)
def show_find(request: DeskRequest) -> Response:
    """Show the empty box."""
    return show_box(request, typed="", hits=None)


@desk.route(HERE, right=Right.PEOPLE, methods=("POST",), back=HERE)
def find_somebody(request: DeskRequest) -> Response:
    """Show who is found; where nobody is, offer the counter's sign-up with what was typed."""
    # Imported here: signing in opens no record, and what opens one takes longer to load than the rest of the desk.
    from chalicelib.desk.people.hits import show_found

    typed = request.form.get("typed", "").strip()
    found = show_found(request, typed) if typed else None
    return show_box(
        request,
        typed=typed,
        kept=choose_field(typed),
        found=found,
        hits=found.hits if found is not None else None,
        reasons=list(REASONS),
    )


@desk.route("/scan.js", right=Right.OPEN)
def give_scanner(_: DeskRequest) -> Response:
    """Return the script that reads a card's code with the camera."""
    return give_script_file(SCAN)


def show_box(request: DeskRequest, **shown: Any) -> Response:
    """Return the page, the only one that may use the camera."""
    title = find_desk_words(request.language).find.title
    page = show_page(request, "find.html", title=title, scan_version=name_version(SCAN), **shown)
    page.headers["Permissions-Policy"] = "camera=(self)"
    return page


def choose_field(typed: str) -> str:
    """Return the field of the sign-up that takes what was typed."""
    if "@" in typed:
        return "email"
    return "phone" if any(sign.isdigit() for sign in typed) else "name"
