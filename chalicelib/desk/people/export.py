"""The export of a person's page: the copy that a customer may ask for, as a file to hand over."""

from collections.abc import Iterable

from chalice import Response

from chalicelib.data_requests.export import check_size, export_files
from chalicelib.data_requests.package import pack_files
from chalicelib.desk.answers import HEADERS
from chalicelib.desk.people.known import commit_known
from chalicelib.desk.people.reasons import EXPORTED
from chalicelib.desk.request import DeskRequest
from chalicelib.errors import TooLargeError, UnknownPageError
from chalicelib.routes.data_request_results import LARGEST, WHOLE, send_file


def export_record(request: DeskRequest, customer_id: str) -> Response:
    """Note the export, then give the copy as a zip: a page to read, JSON, tables.

    Raise UnknownPageError, RaceLostError where it cannot be noted, TooLargeError for what a function cannot answer.
    """
    services = request.services
    person = services.people.open_person(customer_id)
    if person is None:
        raise UnknownPageError("There is no such customer.")
    check_size(person)

    def note(opened: Iterable[str]) -> None:
        """Write the lines of the audit."""
        commit_known(request, person.id, [request.note_opening(each, EXPORTED) for each in opened])

    packed = pack_files(export_files(person, services, request.now, note), request.now)
    if len(packed) > LARGEST:
        raise TooLargeError("the export")
    answer = send_file(WHOLE, packed)
    answer.headers.update({**HEADERS, "Referrer-Policy": "no-referrer"})
    return answer
