"""The one attempt of a mail, what came of it, and when there is another: only where nothing was certainly sent."""

import logging
import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from pydantic import ValidationError

from chalicelib.addresses import normalise_email
from chalicelib.campaigns.agenda import is_reachable, open_window
from chalicelib.campaigns.definition import Campaign
from chalicelib.errors import RaceLostError, UnfitMailError
from chalicelib.models import Identity, MailState, utc_text
from chalicelib.outreach.eligibility import is_barred, is_held_back
from chalicelib.outreach.letters import OutgoingMail
from chalicelib.outreach.tools import TURNS, Outreach
from chalicelib.people.directory import Person
from chalicelib.store.mails import OPEN, MailRow

log = logging.getLogger(__name__)

UNKNOWN_FOR = timedelta(minutes=60)  # SES events usually tell within seconds; none within the hour tells nothing
# What SES's answer makes of an intent; docs/mails.md says which answers prove that nothing was sent.
OUTCOMES = {
    "accepted": MailState.SENT,
    "refused": MailState.REFUSED,
    "throttled": MailState.THROTTLED,
    "paused": MailState.THROTTLED,
    "unreached": MailState.THROTTLED,
    "unknown": MailState.UNKNOWN,
}


def try_letter(
    person: Person, campaign: Campaign, mail: MailRow, tools: Outreach, now: datetime
) -> OutgoingMail | None:
    """Write a letter, or return None for one that cannot be sent; it would be no better tomorrow."""
    try:
        return tools.writer.write_letter(person, campaign, mail, now)
    except (UnfitMailError, ValidationError) as fault:
        log.warning("mail_unfit", extra={"key": mail.mail_id, "fault": type(fault).__name__})
        return None


def send_letter(customer_id: str, letter: OutgoingMail, tools: Outreach, now: datetime) -> str:
    """Make the one attempt and write down what came of it. A crash in between leaves the intent for the reconciler."""
    outcome = letter.send()
    state = OUTCOMES[outcome.kind]
    log.info("mail_attempted", extra={"key": letter.mail.mail_id, "reason": outcome.kind})
    close_mail(customer_id, letter.mail, state, tools, now)
    return state.value


def close_mail(customer_id: str, mail: MailRow, state: MailState, tools: Outreach, now: datetime) -> None:
    """Move a mail's row on and state the fact of its end. One that an SES event moved first stays as it is."""
    parts = [tools.rows.move_mail(customer_id, mail, state, mail.attempt, utc_text(now))]
    if state not in OPEN:
        parts.append(tools.facts.write_fact(mail.campaign, state.value, mail.mail_id, now))
    if state is MailState.SENT:
        parts.append(tools.reputation.count_mail(["sent"], mail.mail_id, now))
    for _ in range(TURNS):
        try:
            tools.people.customers.commit_parts(parts)
            return
        except RaceLostError:
            # Refused alike where the row moved on, and where a rival only touched a counter that we share.
            rows = tools.rows.list_mails(customer_id)
            if (mail.attempt, mail.state) not in {(row.attempt, row.state) for row in rows}:
                log.info("mail_moved_already", extra={"key": mail.mail_id})
                return
    raise RaceLostError(mail.mail_id)


def find_turn(person: Person, mail: MailRow, tools: Outreach, now: datetime) -> datetime:
    """Return when a mail that SES did not take has its turn: as the first time, in its window, and unless stopped.

    One whose time or campaign is over has it at once, to be closed.
    """
    campaign = tools.find_campaign(mail.campaign)
    if campaign is None or utc_text(now) > mail.not_after:
        return now
    if is_held_back(campaign, tools, now):
        return now + UNKNOWN_FOR
    return open_window(person.profile, campaign, tools.shop, now)


def put_off(customer_id: str, mail: MailRow, turn: datetime, tools: Outreach) -> None:
    """Let the reconciler find a mail again at its turn, and not in every run before."""
    at = utc_text(turn - UNKNOWN_FOR)
    if at > mail.at:
        moved = tools.rows.move_mail(customer_id, mail, mail.state, mail.attempt, at)
        tools.people.customers.commit_parts([moved])


def retry_mail(person: Person, mail: MailRow, tools: Outreach, now: datetime) -> str:
    """Try again what SES certainly did not take, under the same checks as the first time."""
    campaign = tools.find_campaign(mail.campaign)
    late = utc_text(now) > mail.not_after
    allowed = campaign is not None and not late and is_reachable(person.profile, campaign, now)
    if campaign is None or not allowed or is_barred(person.profile, campaign, tools.people, tools.rows):
        state = MailState.EXPIRED if late else MailState.SUPPRESSED
        close_mail(person.id, mail, state, tools, now)
        return state.value
    attempt = replace(mail, state=MailState.INTENT, attempt=secrets.token_urlsafe(12), at=utc_text(now))
    letter = try_letter(person, campaign, attempt, tools, now)
    if letter is None:
        close_mail(person.id, mail, MailState.REFUSED, tools, now)
        return MailState.REFUSED.value
    names = tools.people.name_rows(Identity(kind="email", value=normalise_email(letter.address)))
    tools.pace.wait_turn()
    tools.people.customers.commit_parts(
        [
            tools.people.customers.check_profile(person.id, person.version),
            tools.rows.move_mail(person.id, mail, MailState.INTENT, attempt.attempt, attempt.at, letter.mail.links),
            *tools.rows.check_unstopped(names),
            *letter.parts,
        ]
    )
    return send_letter(person.id, letter, tools, now)
