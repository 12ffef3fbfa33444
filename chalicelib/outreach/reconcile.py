"""What stayed open for an hour: nobody knows any more, or SES had no time."""

import logging
import time
from datetime import datetime

from chalicelib.mails.pace import LONGEST_RUN
from chalicelib.models import MailState, utc_text
from chalicelib.outreach.decide import handle_customer
from chalicelib.outreach.send import UNKNOWN_FOR, close_mail
from chalicelib.outreach.tools import Outreach
from chalicelib.store.mails import OPEN, MailRow

log = logging.getLogger(__name__)


def reconcile_mails(tools: Outreach, now: datetime) -> dict[str, int]:
    """Close what stayed open for an hour: park unknown marketing, let the rest be tried again. Return counts."""
    counts: dict[str, int] = {}
    end = time.monotonic() + LONGEST_RUN
    for customer_id, occasion in tools.rows.list_open(now - UNKNOWN_FOR):
        if time.monotonic() > end:
            break
        try:
            outcome = reconcile_occasion(customer_id, occasion, tools, now)
        except Exception as fault:  # whatever is wrong with one mail must not hold up the rest, run after run
            log.warning("reconcile_postponed", extra={"fault": type(fault).__name__}, exc_info=True)
            outcome = "postponed"
        counts[outcome] = counts.get(outcome, 0) + 1
    return counts


def reconcile_occasion(customer_id: str, occasion: str, tools: Outreach, now: datetime) -> str:
    """Read a mail again, for the index lags: one that is on its way by now is not left open."""
    mails = {mail.occasion: mail for mail in tools.rows.list_mails(customer_id)}
    mail = mails.get(occasion)
    if mail is None or mail.state not in OPEN or mail.at > utc_text(now - UNKNOWN_FOR):
        return "moved"
    return reconcile_mail(customer_id, mail, tools, now)


def reconcile_mail(customer_id: str, mail: MailRow, tools: Outreach, now: datetime) -> str:
    """Decide one mail that stayed open: a second copy of an offer is worse than none, of a confirmation it is not."""
    if mail.state is MailState.THROTTLED:
        return handle_customer(customer_id, tools, now)
    state = MailState.PARKED if mail.marketing else MailState.THROTTLED
    close_mail(customer_id, mail, state, tools, now)
    return state.value
