"""Writes what staff put down about a customer into the record: the event, the record, and the parts of the caller.

One transaction holds it all: the condition that the member of staff is still there, the line of the audit, the event,
and a claim on the id of the form that was shown, so that a second press of its button counts once.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from chalicelib.errors import RaceLostError
from chalicelib.models import Reading, Submission
from chalicelib.people.person import list_touched
from chalicelib.people.profile import fold_event
from chalicelib.senders import read_submission
from chalicelib.services import Services
from chalicelib.settling.effects import list_effects
from chalicelib.settling.history import write_history
from chalicelib.settling.redact import redact_history
from chalicelib.settling.staff_names import state_names
from chalicelib.shop.periods import KEEP_CLAIMS
from chalicelib.store.identities import name_claim
from chalicelib.store.table import Part

RETRIES = 4  # against settling, which may write the same record
KEY_BYTES = 32


def write_act(
    customer_id: str, submission: Submission, services: Services, now: datetime, more: Iterable[Part], *, form: str
) -> bool:
    """Write a submission of staff into a record, with the parts of `more`; return False for a repetition.

    `form` is the random id of the form that was shown. Raise RaceLostError where a condition of `more` does not hold,
    KeyUnavailableError for a customer forgotten.
    """
    key, more, reading = secrets.token_urlsafe(KEY_BYTES), tuple(more), read_submission(submission)
    said = hashlib.sha256(submission.body).hexdigest()

    def list_parts() -> list[Part]:
        return [*more, *write_event(customer_id, key, submission, reading, services, now)]

    # By what was said too: a corrected second press of a form counts as another one, as at the counter.
    return commit_once(f"{customer_id} {submission.topic} {form} {said}", list_parts, services, now)


def commit_once(named: str, list_parts: Callable[[], list[Part]], services: Services, now: datetime) -> bool:
    """Write parts, made anew for each try, with a claim on a name; return False where the name was claimed before.

    Raise RaceLostError where a condition of the parts does not hold.
    """
    claim, key = name_form(named), secrets.token_urlsafe(KEY_BYTES)
    for turn in range(RETRIES):
        try:
            parts = list_parts()
            services.table.commit_parts([*parts, services.identities.write_owner(claim, key, now + KEEP_CLAIMS)])
            return True
        except RaceLostError:
            if services.identities.find_owners([claim]):
                return False
            if turn == RETRIES - 1:
                raise
    return False


def name_form(named: str) -> str:
    """Return the row of the claim that a form, named with what it said, was sent."""
    return name_claim("staff", "", "form", named)


def write_event(
    customer_id: str, key: str, submission: Submission, reading: Reading, services: Services, now: datetime
) -> list[Part]:
    """Return the parts that write the event into the record as it stands."""
    person = services.people.load_person(customer_id, list_touched([(submission, reading)]))
    names = state_names(person, submission, reading, services)
    profile = person.profile.model_copy(update={"identities": names.identities})
    record = fold_event(replace(person.record, profile=profile), key, submission, reading)
    redact_history(person, record.profile, services.people)
    return [
        *write_history(person, record, [(key, submission)], services, now, match=names.match),
        *names.parts,
        *list_effects(person, submission, reading, services, now),
    ]
