"""The Find page: one box, and who is found, masked.

What is looked for stands in no address: the search is a post, and its answer is the page itself.
"""

from chalice import Response

from chalicelib.desk.answers import show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.people.reasons import REASONS
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.words import find_desk_words

desk = DeskBlueprint(__name__)
HERE = "/find"


@desk.route(HERE, right=Right.PEOPLE)
def show_find(request: DeskRequest) -> Response:
    """Show the empty box."""
    return show_page(request, "find.html", title=find_desk_words(request.language).find.title, typed="", hits=None)


@desk.route(HERE, right=Right.PEOPLE, methods=("POST",), back=HERE)
def find_somebody(request: DeskRequest) -> Response:
    """Show who is found; where nobody is, offer the counter's sign-up with what was typed."""
    # Imported here: signing in opens no record, and what opens one takes longer to load than the rest of the desk.
    from chalicelib.desk.people.hits import search_people

    typed = request.form.get("typed", "").strip()
    hits, more = search_people(request, typed) if typed else ([], 0)
    return show_page(
        request,
        "find.html",
        title=find_desk_words(request.language).find.title,
        typed=typed,
        hits=hits if typed else None,
        more=more,
        reasons=list(REASONS),
    )
