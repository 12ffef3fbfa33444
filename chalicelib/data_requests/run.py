"""Every minute: each open request one step on. Mails the code that proves it, makes the package, ends what is over."""

import logging
import time
from datetime import datetime

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.data_requests.deliver import deliver_package
from chalicelib.data_requests.prove import prepare_proof_mail
from chalicelib.data_requests.tools import Answering
from chalicelib.errors import KeyUnavailableError, RaceLostError, RegularsError
from chalicelib.mails.pace import LONGEST_RUN
from chalicelib.models import utc_text
from chalicelib.store.requests import WORKERS, RequestRow, RequestState

log = logging.getLogger(__name__)

TO_MAIL = (RequestState.ASKING, RequestState.LATER)


def answer_requests(tools: Answering, now: datetime, *, mails: bool = True) -> dict[str, int]:
    """Bring everything on whose turn it is, while there is time; return counts by outcome.

    Without `mails` nothing is sent, and the rest goes on.
    """
    counts: dict[str, int] = {}
    end = time.monotonic() + LONGEST_RUN
    for row in tools.rows.list_open(WORKERS, utc_text(now)):
        if time.monotonic() > end:
            break
        if not mails and row.state in TO_MAIL:
            continue
        outcome = try_row(row, tools, now)
        counts[outcome] = counts.get(outcome, 0) + 1
    return counts


def try_row(row: RequestRow, tools: Answering, now: datetime) -> str:
    """Bring one request on; what fails is logged by its random id and left to the next minute."""
    try:
        return answer_row(row, tools, now)
    except RaceLostError:
        return "moved"
    except (RegularsError, ClientError, BotoCoreError) as fault:
        log.warning("request_postponed", extra={"key": row.id, "fault": type(fault).__name__})
        return "postponed"


def answer_row(row: RequestRow, tools: Answering, now: datetime) -> str:
    """Do what the state of a request calls for; raise RaceLostError when somebody else did."""
    if row.state is RequestState.SENDING:  # nobody came back from the attempt
        return tools.move_row(row, RequestState.ASKING, now, now, "lost")
    if row.state is RequestState.ASKED:
        return tools.move_row(row, RequestState.EXPIRED, now, now)
    try:
        person = tools.people.load_person(row.customer_id)
    except KeyUnavailableError:
        if tools.people.keys.read_row(f"cust#{row.customer_id}") is None:
            return "gone"  # forgotten: this row is being swept
        raise
    step = deliver_package if row.state is RequestState.CONFIRMED else prepare_proof_mail
    return step(row, person, tools, now)
