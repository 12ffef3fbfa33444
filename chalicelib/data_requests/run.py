"""Each minute, takes one step with each open request: mails its code, makes its package, or ends it when it expired."""

import time
from datetime import datetime

from chalicelib.data_requests.deliver import deliver_package
from chalicelib.data_requests.prove import prepare_proof_mail
from chalicelib.data_requests.rows import move_row
from chalicelib.errors import RaceLostError
from chalicelib.mails.allowance import Allowance
from chalicelib.mails.pace import LONGEST_RUN
from chalicelib.models import utc_text
from chalicelib.runs import run_each
from chalicelib.services import Services
from chalicelib.store.requests import WORKERS, RequestRow, RequestState

TO_MAIL = (RequestState.ASKING, RequestState.LATER)


def answer_requests(services: Services, now: datetime, *, mails: bool = True) -> dict[str, int]:
    """Take one step with every request that is due, while there is time; return counts by outcome.

    Without `mails` nothing is sent, and the rest goes on.
    """
    open_rows = services.requests.list_open(WORKERS, utc_text(now))
    allowance = Allowance()
    return run_each(
        (row for row in open_rows if mails or row.state not in TO_MAIL),
        lambda row: try_row(row, allowance, services, now),
        name="request",
        key=lambda row: row.id,  # random
        until=time.monotonic() + LONGEST_RUN,
    )


def try_row(row: RequestRow, allowance: Allowance, services: Services, now: datetime) -> str:
    """Take one step with a request, unless another worker did, or its mail has to wait for the next run."""
    if row.state in TO_MAIL and allowance.is_spent("requests"):
        return "waits"
    try:
        outcome = answer_row(row, services, now)
    except RaceLostError:
        return "moved"
    allowance.sent["requests"] += outcome == RequestState.ASKED.value
    return outcome


def answer_row(row: RequestRow, services: Services, now: datetime) -> str:
    """Do what the state of a request calls for; raise RaceLostError when another worker did."""
    if row.state is RequestState.SENDING:  # the worker stopped during the attempt
        return move_row(row, RequestState.ASKING, now, services, now, "lost")
    if row.state is RequestState.ASKED:
        return move_row(row, RequestState.EXPIRED, now, services, now)
    confirmed = row.state is RequestState.CONFIRMED
    people = services.people
    person = people.open_person(row.customer_id) if confirmed else people.open_hollow(row.customer_id)
    if person is None:
        return "gone"  # forgotten: this row is being swept
    step = deliver_package if confirmed else prepare_proof_mail
    return step(row, person, services, now)
