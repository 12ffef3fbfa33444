"""The page of one person. It is always the answer to a post that names a reason; a GET asks for the reason alone."""

from chalice import Response

from chalicelib.desk.answers import show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.people.reasons import REASONS, read_reason
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.words import find_desk_words

desk = DeskBlueprint(__name__)
PERSON = "/people/{customer}"


@desk.route(PERSON, right=Right.PEOPLE)
def ask_reason(request: DeskRequest, customer: str) -> Response:
    """Ask why the record is to be opened; nothing is read."""
    title = find_desk_words(request.language).person.ask_title
    return show_page(request, "person_reason.html", title=title, customer_id=customer, reasons=list(REASONS))


@desk.route(PERSON, right=Right.PEOPLE, methods=("POST",), back=PERSON)
def show_person(request: DeskRequest, customer: str) -> Response:
    """Show the person, once the opening is noted."""
    # Imported here: signing in opens no record, and what opens one takes longer to load than the rest of the desk.
    from chalicelib.desk.people.record import open_record

    return open_record(request, customer, read_reason(request.form.get("why", "")))


@desk.route("/people/{customer}/note", right=Right.PEOPLE, methods=("POST",), back=PERSON)
def add_note(request: DeskRequest, customer: str) -> Response:
    """Add a note."""
    from chalicelib.desk.people import acts

    return acts.add_note(request, customer)


@desk.route("/people/{customer}/withdraw", right=Right.PEOPLE, methods=("POST",), back=PERSON)
def end_consent(request: DeskRequest, customer: str) -> Response:
    """Withdraw a consent."""
    from chalicelib.desk.people import acts

    return acts.end_consent(request, customer)


@desk.route("/people/{customer}/forget", right=Right.PEOPLE, methods=("POST",), fresh=True, back=PERSON)
def forget_somebody(request: DeskRequest, customer: str) -> Response:
    """Forget the customer."""
    from chalicelib.desk.people import acts

    return acts.forget_somebody(request, customer)
