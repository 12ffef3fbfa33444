"""Mails that stayed open for an hour: their outcome is unknown, or SES was too busy."""

import time
from datetime import datetime

from chalicelib.mails.pace import LONGEST_RUN
from chalicelib.models import MailState, utc_text
from chalicelib.outreach.decide import handle_customer
from chalicelib.outreach.send import UNKNOWN_FOR, close_mail
from chalicelib.runs import run_each
from chalicelib.services import Services
from chalicelib.store.mails import OPEN, MailRow


def reconcile_mails(services: Services, now: datetime) -> dict[str, int]:
    """Decide each mail that stayed open for an hour: park unknown marketing, try the others again. Return counts."""
    return run_each(
        services.mails.list_open(now - UNKNOWN_FOR),
        lambda found: reconcile_occasion(*found, services, now),
        name="reconcile",
        key=lambda found: found[0],
        until=time.monotonic() + LONGEST_RUN,
    )


def reconcile_occasion(customer_id: str, occasion: str, services: Services, now: datetime) -> str:
    """Read a mail again, since the index lags: a mail that was closed meanwhile is left alone."""
    mails = {mail.occasion: mail for mail in services.mails.list_mails(customer_id)}
    mail = mails.get(occasion)
    if mail is None or mail.state not in OPEN or mail.at > utc_text(now - UNKNOWN_FOR):
        return "moved"
    return reconcile_mail(customer_id, mail, services, now)


def reconcile_mail(customer_id: str, mail: MailRow, services: Services, now: datetime) -> str:
    """Decide one mail that stayed open. A second copy of an offer is worse than none; a second confirmation is not."""
    if mail.state is MailState.THROTTLED:
        return handle_customer(customer_id, services, now)
    state = MailState.PARKED if mail.marketing else MailState.THROTTLED
    close_mail(customer_id, mail, state, services, now)
    return state.value
