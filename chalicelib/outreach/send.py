"""The one attempt of a mail, its outcome, and a later attempt only where SES certainly sent nothing."""

import logging
import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from pydantic import ValidationError

from chalicelib.campaigns.agenda import is_reachable, open_window
from chalicelib.campaigns.definition import Campaign
from chalicelib.errors import NoCodeError, RaceLostError, UnfitMailError
from chalicelib.mails.attempt import close_attempt
from chalicelib.models import MailState, utc_text
from chalicelib.numbers.learned import Learn
from chalicelib.outreach.compose import OutgoingMail, compose_mail
from chalicelib.outreach.eligibility import choose_rows, choose_use, is_barred, is_held_back, is_stopped
from chalicelib.outreach.entries import find_entry, find_limits, plan_turn, take_turns
from chalicelib.people.person import Person
from chalicelib.services import Services
from chalicelib.store.mails import OPEN, MailRow

log = logging.getLogger(__name__)

# An SES event usually comes within seconds; after an hour without one the outcome is unknown.
UNKNOWN_FOR = timedelta(minutes=60)
# The state of an intent after each answer of SES; docs/mails.md says which answers prove that nothing was sent.
OUTCOMES = {
    "accepted": MailState.SENT,
    "refused": MailState.REFUSED,
    "throttled": MailState.THROTTLED,
    "paused": MailState.THROTTLED,
    "unreached": MailState.THROTTLED,
    "unknown": MailState.UNKNOWN,
}


def try_compose(
    person: Person, campaign: Campaign, row: MailRow, services: Services, now: datetime, learn: Learn
) -> OutgoingMail | None:
    """Compose a mail, or return None for one that cannot be sent: another attempt would fail too."""
    try:
        return compose_mail(person, campaign, row, services, now, learn)
    except NoCodeError as none:
        raise RaceLostError(person.id) from none  # rivals took the last ones: decided anew, it waits
    except (UnfitMailError, ValidationError) as fault:
        log.warning("mail_unfit", extra={"key": row.mail_id, "fault": type(fault).__name__})
        return None


def send_mail(customer_id: str, mail: OutgoingMail, services: Services, now: datetime) -> str:
    """Make the one attempt and write its outcome. After a crash in between the reconciler finds the intent."""
    row = mail.row
    outcome = services.mailer.send_mail(mail.address, mail.rendered, attempt_id=row.attempt, campaign=row.campaign)
    state = OUTCOMES[outcome.kind]
    log.info("mail_attempted", extra={"key": row.mail_id, "reason": outcome.kind})
    close_mail(customer_id, row, state, services, now)
    return state.value


def close_mail(customer_id: str, row: MailRow, state: MailState, services: Services, now: datetime) -> None:
    """Write a mail's new state and the fact of it. A row that an SES event changed first stays as it is."""
    parts = [services.mails.move_mail(customer_id, row, state, row.attempt, utc_text(now))]
    if state not in OPEN:
        parts.append(services.facts.write_fact(row.campaign, state.value, row.mail_id, now))
    if state is MailState.SENT:
        reputation = services.ask_reputation if row.entry else services.reputation
        parts.append(reputation.count_mail(["sent"], row.mail_id, now))

    def is_open() -> bool:
        rows = services.mails.list_mails(customer_id)
        return (row.attempt, row.state) in {(each.attempt, each.state) for each in rows}

    if not close_attempt(lambda: services.table.commit_parts(parts), is_open, row.mail_id):
        log.info("mail_moved_already", extra={"key": row.mail_id})


def find_turn(person: Person, mail: MailRow, services: Services, now: datetime) -> datetime:
    """Return when a mail that SES did not take may be tried again: in its window, not while its campaign is stopped.

    A mail whose time or campaign is over has its turn at once, and is then closed.
    """
    campaign = services.find_campaign(mail.campaign)
    if campaign is None or utc_text(now) > mail.not_after:
        return now
    if is_stopped(person, campaign.name, services) or is_held_back(campaign, services, now):
        return now + UNKNOWN_FOR
    if campaign.confirms:
        return plan_turn(find_limits(find_entry(person, mail.entry, services), services), now) or now + UNKNOWN_FOR
    return open_window(person.profile, campaign, services.clock, now)


def put_off(customer_id: str, mail: MailRow, turn: datetime, services: Services) -> None:
    """Move a mail in the reconciler's queue to its turn, so that no run before reads it."""
    at = utc_text(turn - UNKNOWN_FOR)
    if at > mail.at:
        moved = services.mails.move_mail(customer_id, mail, mail.state, mail.attempt, at)
        services.table.commit_parts([moved])


def retry_mail(person: Person, row: MailRow, services: Services, now: datetime, learn: Learn) -> str:
    """Try a mail again that SES certainly did not take, with the same checks as the first time."""
    campaign = services.find_campaign(row.campaign)
    rows = choose_rows(person, campaign, row.entry, services) if campaign else ()
    late = utc_text(now) > row.not_after
    allowed = campaign is not None and not late and is_reachable(person.profile, campaign, now)
    if campaign is None or not allowed or is_barred(person.id, campaign, rows, services, now):
        state = MailState.EXPIRED if late else MailState.SUPPRESSED
        close_mail(person.id, row, state, services, now)
        return state.value
    attempt = replace(row, state=MailState.INTENT, attempt=secrets.token_urlsafe(12), at=utc_text(now))
    mail = try_compose(person, campaign, attempt, services, now, learn)
    if mail is None:
        close_mail(person.id, row, MailState.REFUSED, services, now)
        return MailState.REFUSED.value
    services.pace.wait_turn()
    services.table.commit_parts(
        [
            services.people_rows.check_core(person.id, person.version),
            services.mails.move_mail(person.id, row, MailState.INTENT, attempt.attempt, attempt.at, mail.row.links),
            *services.suppressions.check_unstopped(rows, choose_use(campaign), now),
            services.halts.check_running(campaign.name, person.id),
            *take_turns(find_limits(mail.entry, services), now),
            *mail.parts,
        ]
    )
    return send_mail(person.id, mail, services, now)
