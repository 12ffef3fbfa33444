"""The page of one anonymous survey: what it found so far, as tables."""

from chalice import Response

from chalicelib.desk.answers import show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.words import find_desk_words
from chalicelib.errors import UnknownPageError
from chalicelib.forms.definition import Form
from chalicelib.forms.library import find_form

desk = DeskBlueprint(__name__)


@desk.route("/surveys/{form}", right=Right.NUMBERS)
def show_survey(request: DeskRequest, form: str) -> Response:
    """Show the figures; what people wrote is shown to those who may open customers, since it may name somebody."""
    from chalicelib.desk.surveys.tables import list_tables, list_texts  # imported here: only this page opens boxes
    from chalicelib.numbers.figure import LEAST
    from chalicelib.stats.suppression import K
    from chalicelib.surveys.figures import read_survey

    found = find_survey(form)
    survey = read_survey(found, request.services, request.now)
    return show_page(
        request,
        "survey.html",
        title=found.title[found.choose_language(request.language)],
        own=find_desk_words(request.language).surveys,
        survey=survey,
        step=K,
        least=LEAST,
        tables=list_tables(found, survey, request.language),
        texts=list_texts(found, survey, request.language) if request.may(Right.PEOPLE) else [],
    )


def find_survey(name: str) -> Form:
    """Return an anonymous survey of the shop; raise UnknownPageError."""
    form = find_form(name)
    if form is None or form.anonymous is None:
        raise UnknownPageError("There is no such survey.")
    return form
