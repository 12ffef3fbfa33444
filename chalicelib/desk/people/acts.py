"""What staff do on a person's page: a note, a withdrawal, an erasure. Each is one transaction with its audit line.

Each form that is shown has an id, which its post brings back: two posts of one form count once.
"""

import hashlib
import re

from chalice import Response

from chalicelib.desk.answers import lead_to
from chalicelib.desk.people.reasons import FORGOT, NOTED, WITHDREW
from chalicelib.desk.people.record import show_again
from chalicelib.desk.request import DeskRequest
from chalicelib.erasure.forget import ForgetOrder, Reason, forget_person
from chalicelib.errors import InvalidSubmissionError, KeyUnavailableError, UnknownPageError
from chalicelib.models import Submission
from chalicelib.senders.staff import withdraw_consent, write_note
from chalicelib.settling.staff_acts import write_act
from chalicelib.shop.purposes import load_purposes
from chalicelib.text import is_hidden

LONGEST_NOTE = 1_000  # characters
FORM_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")


def add_note(request: DeskRequest, customer_id: str) -> Response:
    """Add a note and show the page; raise InvalidSubmissionError, UnknownPageError, RaceLostError."""
    text = check_note(request.form.get("note", ""))
    note = write_note(text, request.now, warns=request.form.get("warn") == "yes")
    return act_on(request, customer_id, note, NOTED, "note")


def end_consent(request: DeskRequest, customer_id: str) -> Response:
    """Withdraw a consent and show the page; raise InvalidSubmissionError, UnknownPageError, RaceLostError."""
    purpose = request.form.get("purpose", "")
    if purpose not in load_purposes().purposes:
        raise InvalidSubmissionError({"purpose": "invalid"})
    withdrawal = withdraw_consent(purpose, request.now, language=request.language)
    return act_on(request, customer_id, withdrawal, WITHDREW, "withdraw")


def forget_somebody(request: DeskRequest, customer_id: str) -> Response:
    """Forget a customer at once, and lead to the receipt; raise UnknownPageError, RaceLostError."""
    # Named by the form: a second press finds the erasure that the first one began.
    named = hashlib.sha256(f"{customer_id} {read_form_id(request)}".encode()).hexdigest()[:16]
    order = ForgetOrder(reason=Reason.STAFF, request=named, requested_at=request.now)
    more = [request.require_me(), request.note_opening(customer_id, FORGOT)]
    begun = forget_person(customer_id, order, request.services, request.now, more)
    if not begun and request.services.erasures.read_row(named) is None:
        raise UnknownPageError("There is no such customer.")
    return lead_to(f"/erasures/{order.request}")


def act_on(request: DeskRequest, customer_id: str, submission: Submission, reason: str, done: str) -> Response:
    """Write what was put down, with its line in the audit, and show the page anew."""
    more, form = [request.require_me(), request.note_opening(customer_id, reason)], read_form_id(request)
    try:
        new = write_act(customer_id, submission, request.services, request.now, more, form=form)
    except KeyUnavailableError:
        if request.services.keys.has_key(customer_id):
            raise
        raise UnknownPageError("There is no such customer.") from None
    return show_again(request, customer_id, done, again=not new)


def read_form_id(request: DeskRequest) -> str:
    """Return the id of the form that was sent; raise InvalidSubmissionError for a post without one."""
    form = request.form.get("submission", "")
    if not FORM_ID.fullmatch(form):
        raise InvalidSubmissionError({"submission": "unread"})
    return form


def check_note(text: str) -> str:
    """Return a note as it is kept, its lines as they are; raise InvalidSubmissionError."""
    lines = text.replace("\r\n", "\n").split("\n")
    note = "\n".join("".join(sign for sign in line if not is_hidden(sign)).strip() for line in lines).strip()
    if not note:
        raise InvalidSubmissionError({"note": "note_missing"})
    if len(note) > LONGEST_NOTE:
        raise InvalidSubmissionError({"note": "note_long"})
    return note
