"""Handing over a pre-order: one transaction with the audit's line, the event, and the end of its place in the queue."""

from chalice import Response

from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.work.today import HERE, show_work
from chalicelib.errors import RaceLostError

desk = DeskBlueprint(__name__)
REASON = "handed over a pre-order"


@desk.route("/today/handovers/{customer}/{entry}", right=Right.PEOPLE, methods=("POST",), back=HERE)
def give_order(request: DeskRequest, customer: str, entry: str) -> Response:
    """Write down that a pre-order was handed over; raise RaceLostError for one that waits no more."""
    from chalicelib.models.numbers import write_number
    from chalicelib.senders.staff import report_handing
    from chalicelib.settling.staff_acts import write_act

    services = request.services
    key = find_key(request, customer, entry)
    end = services.handovers.end_handover(customer, name_sort_key(entry))
    more = [request.require_me(), request.note_opening(customer, REASON), end]
    # The claim is on the entry: a pre-order is handed over once, whatever pages show it.
    if not write_act(customer, report_handing(write_number(key), request.now), services, request.now, more, form=entry):
        raise RaceLostError(entry)
    return show_work(request, "handed")


def find_key(request: DeskRequest, customer_id: str, entry: str) -> str:
    """Return the inbox key of a pre-order that waits; raise RaceLostError where none does."""
    from chalicelib.people.reader import open_entry

    services, sort_key = request.services, name_sort_key(entry)
    person = services.people.open_person(customer_id)
    if person is None or person.id != customer_id or not services.handovers.find_waiting(customer_id, [sort_key]):
        raise RaceLostError(customer_id)
    row = services.people_rows.read_rows(customer_id, [sort_key])[sort_key]
    return open_entry(person.seal, sort_key, row).event.rpartition("#")[2]


def name_sort_key(entry: str) -> str:
    """Return the sort key of an entry's row."""
    from chalicelib.store.people_rows import ENTRY

    return ENTRY + entry
