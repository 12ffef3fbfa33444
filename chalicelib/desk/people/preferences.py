"""Sends a customer the way to the page of their preferences: a request to correct, proven by a mail with a code.

The mail counts under the caps of the mails that anybody can cause; no link is shown to staff.
"""

from chalice import Response

from chalicelib.desk.people.acts import load_customer, note_act
from chalicelib.desk.people.form_ids import read_form_id
from chalicelib.desk.people.reasons import OFFERED
from chalicelib.desk.people.record import show_again
from chalicelib.desk.request import DeskRequest
from chalicelib.errors import InvalidSubmissionError
from chalicelib.models import RequestKind
from chalicelib.people.mailbox import read_address, read_mailbox
from chalicelib.settling.staff_acts import commit_once
from chalicelib.settling.staff_requests import ask_person
from chalicelib.store.parts import Part


def send_preferences(request: DeskRequest, customer_id: str) -> Response:
    """Have the mail sent and show the page; raise InvalidSubmissionError, UnknownPageError, RaceLostError."""
    services, form_id = request.services, read_form_id(request)
    person = load_customer(request, customer_id)
    language = person.profile.text("language") or services.settings.shop_language

    def list_parts() -> list[Part]:
        address = read_address(person.profile) if read_mailbox(person.profile) else ""
        kind = RequestKind.CORRECT
        asked = ask_person(person, kind, address, services, request.now, language=language) if address else None
        if asked is None:
            raise InvalidSubmissionError({"email": "no_mailbox"})
        return [*note_act(request, person.id, OFFERED), *asked]

    new = commit_once(f"{person.id} preferences {form_id}", list_parts, services, request.now)
    return show_again(request, person.id, "link", again=not new)
