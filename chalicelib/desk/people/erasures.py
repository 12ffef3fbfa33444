"""The receipt of an erasure that staff began: shown to be printed, once the rest of the record is removed."""

from chalice import Response

from chalicelib.desk.answers import show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.words import find_desk_words
from chalicelib.errors import UnknownPageError

desk = DeskBlueprint(__name__)


@desk.route("/erasures/{erasure}", right=Right.PEOPLE)
def show_erasure(request: DeskRequest, erasure: str) -> Response:
    """Show the receipt, or that it is being made. It names nobody: it says what was removed, and when."""
    from chalicelib.pages.receipt import show_receipt
    from chalicelib.pages.request_pages import find_request_words

    row = request.services.erasures.read_row(erasure)
    if row is None:
        raise UnknownPageError("There is no such erasure.")
    words = find_request_words(request.language).receipt
    return show_page(
        request,
        "erasure.html",
        title=find_desk_words(request.language).person.forgotten,
        erasure=erasure,
        own=words,
        receipt=show_receipt(row.receipt, words, request.language) if row.receipt else None,
    )
