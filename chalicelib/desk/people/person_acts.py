"""The routes of what staff do on a person's page beyond a note; each is imported where it is asked for."""

from chalice import Response

from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.people.person import PERSON
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right

desk = DeskBlueprint(__name__)


@desk.route("/people/{customer}/purchase", right=Right.PEOPLE, methods=("POST",), back=PERSON, many=True)
def add_purchase(request: DeskRequest, customer: str) -> Response:
    """Record a purchase."""
    from chalicelib.desk.people import purchases

    return purchases.add_purchase(request, customer)


@desk.route("/people/{customer}/details", right=Right.PEOPLE, methods=("POST",), back=PERSON, many=True)
def correct_somebody(request: DeskRequest, customer: str) -> Response:
    """Correct details."""
    from chalicelib.desk.people import details

    return details.correct_somebody(request, customer)


@desk.route("/people/{customer}/consent", right=Right.PEOPLE, methods=("POST",), back=PERSON)
def write_consent(request: DeskRequest, customer: str) -> Response:
    """Write down a consent."""
    from chalicelib.desk.people import giving

    return giving.write_consent(request, customer)


@desk.route("/people/{customer}/preferences", right=Right.PEOPLE, methods=("POST",), back=PERSON)
def send_preferences(request: DeskRequest, customer: str) -> Response:
    """Have the page of preferences sent."""
    from chalicelib.desk.people import preferences

    return preferences.send_preferences(request, customer)


@desk.route("/people/{customer}/export", right=Right.PEOPLE, methods=("POST",), fresh=True, back=PERSON)
def export_record(request: DeskRequest, customer: str) -> Response:
    """Give the customer's copy as a file."""
    from chalicelib.desk.people import export

    return export.export_record(request, customer)


@desk.route("/people/{customer}/sensitive", right=Right.PEOPLE, methods=("POST",), fresh=True, back=PERSON)
def show_sensitive(request: DeskRequest, customer: str) -> Response:
    """Show the record with its sensitive answers."""
    from chalicelib.desk.people import record

    return record.show_sensitive(request, customer)


@desk.route("/people/{customer}/doubles", right=Right.PEOPLE, methods=("POST",), back=PERSON)
def compare_doubles(request: DeskRequest, customer: str) -> Response:
    """Show possible doubles."""
    from chalicelib.desk.people import doubles

    return doubles.compare_doubles(request, customer)


@desk.route("/people/{customer}/join", right=Right.PEOPLE, methods=("POST",), fresh=True, back=PERSON)
def join_doubles(request: DeskRequest, customer: str) -> Response:
    """Join two customers."""
    from chalicelib.desk.people import doubles

    return doubles.join_doubles(request, customer)


@desk.route("/people/{customer}/part", right=Right.PEOPLE, methods=("POST",), fresh=True, back=PERSON)
def part_again(request: DeskRequest, customer: str) -> Response:
    """Part a joined record."""
    from chalicelib.desk.people import doubles

    return doubles.part_again(request, customer)
