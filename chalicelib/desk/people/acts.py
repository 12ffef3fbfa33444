"""What all acts on a person's page share, and the plain ones: a note, a withdrawal, an erasure.

Each is one transaction with its line in the audit and the condition that the member of staff is still there. Each form
that is shown has an id, which its post brings back: two posts of one form count once.
"""

import hashlib
from collections.abc import Callable, Iterable
from typing import TypeVar

from chalice import Response

from chalicelib.desk.answers import lead_to
from chalicelib.desk.people.form_ids import read_form_id
from chalicelib.desk.people.reasons import FORGOT, NOTED, WITHDREW
from chalicelib.desk.people.record import show_again
from chalicelib.desk.request import DeskRequest
from chalicelib.erasure.forget import ForgetOrder, Reason, forget_person
from chalicelib.errors import InvalidSubmissionError, KeyUnavailableError, UnknownPageError
from chalicelib.models import Submission
from chalicelib.people.person import Person
from chalicelib.senders.staff import withdraw_consent, write_note
from chalicelib.settling.staff_acts import write_act
from chalicelib.shop.purposes import load_purposes
from chalicelib.store.parts import Part
from chalicelib.text import is_hidden

LONGEST_NOTE = 1_000  # characters
Found = TypeVar("Found")


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
    more = note_act(request, customer_id, FORGOT)
    begun = forget_person(customer_id, order, request.services, request.now, more)
    if not begun and request.services.erasures.read_row(named) is None:
        raise UnknownPageError("There is no such customer.")
    return lead_to(f"/erasures/{order.request}")


def act_on(
    request: DeskRequest,
    customer_id: str,
    submission: Submission,
    reason: str,
    done: str,
    *,
    more: Iterable[Part] = (),
    changed: Iterable[str] = (),
) -> Response:
    """Write what was put down, with its line in the audit and the parts of `more`, and show the page anew.

    `changed` are the labels of details that were changed.
    """
    parts, form = [*note_act(request, customer_id, reason), *more], read_form_id(request)
    new = find_or_miss(
        request,
        customer_id,
        lambda: write_act(customer_id, submission, request.services, request.now, parts, form=form),
    )
    return show_again(request, customer_id, done, again=not new, changed=changed)


def note_act(request: DeskRequest, customer_id: str, reason: str) -> list[Part]:
    """Return the parts of every act: the member of staff is still there, and the audit has its line."""
    return [request.require_me(), request.note_opening(customer_id, reason)]


def find_or_miss(request: DeskRequest, customer_id: str, find: Callable[[], Found]) -> Found:
    """Return what is found of a customer; raise UnknownPageError for one who is not known or was forgotten."""
    try:
        return find()
    except KeyUnavailableError:
        if request.services.keys.has_key(customer_id):
            raise
        raise UnknownPageError("There is no such customer.") from None


def load_customer(request: DeskRequest, customer_id: str) -> Person:
    """Open a customer's core, to decide about an act: nothing of it is shown. Raise UnknownPageError."""
    return find_or_miss(request, customer_id, lambda: request.services.people.load_person(customer_id))


def check_note(text: str) -> str:
    """Return a note as it is kept, its lines as they are; raise InvalidSubmissionError."""
    lines = text.replace("\r\n", "\n").split("\n")
    note = "\n".join("".join(sign for sign in line if not is_hidden(sign)).strip() for line in lines).strip()
    if not note:
        raise InvalidSubmissionError({"note": "note_missing"})
    if len(note) > LONGEST_NOTE:
        raise InvalidSubmissionError({"note": "note_long"})
    return note
