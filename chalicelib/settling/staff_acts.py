"""Writes what staff put down about a customer into the record: the event, the record, and the parts of the caller.

One transaction holds it all: the condition that the member of staff is still there, the line of the audit, the event.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime

from chalicelib.errors import RaceLostError
from chalicelib.models import Submission
from chalicelib.people.profile import fold_event
from chalicelib.senders import read_submission
from chalicelib.services import Services
from chalicelib.settling.history import write_history
from chalicelib.settling.redact import redact_history
from chalicelib.store.table import Part

RETRIES = 4  # against settling, which may write the same record
KEY_BYTES = 32


def write_act(
    customer_id: str, submission: Submission, services: Services, now: datetime, more: Iterable[Part]
) -> None:
    """Write a submission of staff into a record, with the parts of `more`.

    Raise RaceLostError where a condition of `more` does not hold, KeyUnavailableError for a customer forgotten.
    """
    key, more = secrets.token_urlsafe(KEY_BYTES), tuple(more)
    for turn in range(RETRIES):
        person = services.people.load_person(customer_id)
        record = fold_event(person.record, key, submission, read_submission(submission))
        try:
            redact_history(person, record.profile, services.people)
            history = write_history(person, record, [(key, submission)], services, now)
            services.table.commit_parts([*more, *history])
            return
        except RaceLostError:
            if turn == RETRIES - 1:
                raise
