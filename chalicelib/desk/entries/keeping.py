"""Keeps what staff put in for a customer: checked, sealed and settled like a public form's post, and as theirs.

The transaction that keeps it holds the condition that the member of staff is still active.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.door import build_seal
from chalicelib.door.intake import accept_submission, name_submission
from chalicelib.errors import InvalidSubmissionError
from chalicelib.forms.definition import Form
from chalicelib.forms.post import sort_post
from chalicelib.forms.validation import CleanForm, validate_form
from chalicelib.forms.values import Occasion
from chalicelib.models import Submission, Trust
from chalicelib.models.numbers import write_number
from chalicelib.senders import read_submission
from chalicelib.senders.form import Taken, make_submission
from chalicelib.services import Services
from chalicelib.settling.dispatch import settle_keys
from chalicelib.settling.match import look_up
from chalicelib.shop.brand import name_shop
from chalicelib.store.inbox import State
from chalicelib.store.parts import Part
from chalicelib.store.requests import OWNED_BY_REQUEST
from chalicelib.store.unconfirmed import OWNED_BY_ITEM

OUTCOMES = {State.UNCONFIRMED.value: "confirm", State.SETTLED.value: "settled"}


@dataclass(frozen=True)
class KeptEntry:
    """What was kept. `new` is False for a repetition; `outcome` is `confirm`, `settled` or `kept` (not settled yet).

    `customer` is the customer's id where the member of staff may open customers, else "".
    """

    clean: CleanForm
    number: str
    new: bool
    outcome: str
    customer: str


def keep_entry(request: DeskRequest, form: Form, sent: Sequence[tuple[str, str]], taken: Taken) -> KeptEntry:
    """Validate and keep what was put in; raise InvalidSubmissionError, TryAgainLaterError, RaceLostError."""
    services, post = request.services, sort_post(form, sent)
    if not post.submission:  # each shown form has its own id: without one, two customers' entries could count as one
        raise InvalidSubmissionError({"submission": "missing"})
    occasion = Occasion(services.settings.shop_country, request.now.date())
    language = post.language or form.languages[0]
    shop = name_shop(services.settings, language)
    clean = validate_form(form, post.values, language=language, shop=shop, occasion=occasion)
    # No network: it would be the shop's own, and says nothing about the customer.
    submission = make_submission(clean, post, trust=Trust.OWN, address="", header_key="", now=request.now, taken=taken)
    key, new = accept_entry(request, submission)
    (state,) = settle_keys([key], services, request.now)  # what fails here is settled by the stream or the sweeper
    outcome = OUTCOMES.get(state, "kept")
    known = outcome == "settled" and request.may(Right.PEOPLE)
    return KeptEntry(clean, write_number(key), new, outcome, find_customer(services, submission) if known else "")


def accept_entry(request: DeskRequest, submission: Submission, more: Sequence[Part] = ()) -> tuple[str, bool]:
    """Put a submission into the inbox if the member of staff is still active; return its key and whether it is new.

    The parts of `more` are written in the same transaction.
    """
    services, parameters = request.services, request.services.door_parameters
    door_key = parameters.read_door_key(request.now)
    new = accept_submission(
        submission,
        inbox=services.inbox,
        seal=build_seal(parameters.read_public_key(request.now)),
        door_key=door_key,
        conditions=[request.require_me(), *more],
    )
    return name_submission(submission, door_key), new


def find_customer(services: Services, submission: Submission) -> str:
    """Return the id of the customer whom the names of a settled submission lead to, or ""."""
    match = look_up(submission, read_submission(submission), [], services)
    holders = (match.find_holder(name) for name in match.deciding)
    return next((each for each in holders if each and not each.startswith((OWNED_BY_ITEM, OWNED_BY_REQUEST))), "")
