"""Each minute, takes one step with the weekly mail of each owner who asked for it.

    ASKING            the mail that asks for the confirmation, within the caps of every mail that a typed address causes
    ON, on a Monday   between OPENS and CLOSES by the shop's clock: the figures, once a week

    one transaction: the row at the version at which it was read, with its step taken; the member is an owner still
    one attempt; where it was certainly not sent, the step is given back, and taken again a minute later

A mail whose outcome is unknown is not sent again: at most one comes in a week. Who is no owner any more loses the row.
"""

import logging
import secrets
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from chalicelib.addresses import fold_mailbox, normalise_email
from chalicelib.errors import DefinitionError, RaceLostError
from chalicelib.mails.mail import Mail
from chalicelib.mails.pace import LONGEST_RUN
from chalicelib.models import Identity, IdentityKind
from chalicelib.runs import run_each
from chalicelib.services import Services
from chalicelib.shop.limits import CAPS
from chalicelib.shop.stops import MailUse
from chalicelib.store.mail_limits import RateLimit
from chalicelib.store.parts import Part
from chalicelib.store.staff import Role
from chalicelib.store.weekly import WeeklyRow, WeeklyState
from chalicelib.weekly.letter import Learn, figures_once, render_letter, render_question
from chalicelib.weekly.mailbox import KIND, open_mailbox

log = logging.getLogger(__name__)
MONDAY, OPENS, CLOSES = 0, 7, 12  # hours by the shop's clock; later than noon is not the morning any more
MAYBE_SENT = ("accepted", "unknown")


def send_weekly(services: Services, now: datetime) -> dict[str, int]:
    """Take one step with every owner's weekly mail that is due; return counts by outcome."""
    rows = list(services.weekly_rows.list_rows())
    if not rows or not services.settings.desk_url:
        return {}
    owners = {each.staff_id for each in services.staff.list_members() if each.is_active and each.role is Role.OWNER}
    week, learn = find_morning(services, now), figures_once(services, now)
    return run_each(
        (row for row in rows if is_due(row, owners, week, now)),
        lambda row: take_step(row, row.staff_id in owners, week, learn, services, now),
        name="weekly",
        key=lambda row: row.staff_id,
        until=time.monotonic() + LONGEST_RUN,
    )


def find_morning(services: Services, now: datetime) -> str:
    """Return the ISO week of a Monday morning by the shop's clock; "" also while its file has a mistake."""
    try:
        return name_morning(now, services.clock.time_zone)
    except DefinitionError as fault:
        log.error("campaign_unusable", extra={"reason": str(fault)})
        return ""


def name_morning(now: datetime, zone: str) -> str:
    """Return the ISO week of a Monday morning by a clock, "" at any other time."""
    local = now.astimezone(ZoneInfo(zone))
    year, week, _ = local.isocalendar()
    return f"{year}-W{week:02d}" if local.weekday() == MONDAY and OPENS <= local.hour < CLOSES else ""


def is_due(row: WeeklyRow, owners: Iterable[str], week: str, now: datetime) -> bool:
    """Return whether there is anything to do with a row."""
    asks = row.state is WeeklyState.ASKING and row.holds(now)
    return row.staff_id not in owners or asks or (row.state is WeeklyState.ON and bool(week) and row.week != week)


def take_step(row: WeeklyRow, is_owner: bool, week: str, learn: Learn, services: Services, now: datetime) -> str:
    """Take the step that is due, unless another worker did."""
    try:
        if not is_owner:
            services.desk_table.commit_parts([services.weekly_rows.remove_row(row.staff_id)])
            return "removed"
        if row.state is WeeklyState.ASKING:
            return ask_owner(row, services, now)
        return send_figures(row, week, learn, services)
    except RaceLostError:
        return "moved"


def ask_owner(row: WeeklyRow, services: Services, now: datetime) -> str:
    """Send the mail that asks for the confirmation, when the address may be written to."""
    mailbox, people = open_mailbox(services, row), services.people
    rows = people.name_rows(Identity(kind=IdentityKind.EMAIL, value=normalise_email(mailbox.address)))
    if services.suppressions.list_blocking(rows, MailUse.PROOF, now):
        return give_back(replace(row, state=WeeklyState.REFUSED), services)
    turns = people.name_rows(Identity(kind=IdentityKind.PROVER, value=fold_mailbox(mailbox.address)))
    limit = RateLimit(turns, CAPS, services.mail_limits)
    moment = limit.plan_turn(now)
    if moment is None or moment > now:
        return "waits"
    mail = render_question(services, row.language, mailbox.token)
    asked = replace(row, state=WeeklyState.ASKED)
    outcome = attempt_mail(asked, mailbox.address, mail, limit.take_turn(now), services)
    if outcome in MAYBE_SENT:
        return "asked"
    state = WeeklyState.REFUSED if outcome == "refused" else WeeklyState.ASKING
    return give_back(replace(row, state=state, version=row.version + 1), services)


def send_figures(row: WeeklyRow, week: str, learn: Learn, services: Services) -> str:
    """Send the figures of a week."""
    figures = learn(row.language)
    if figures is None:
        log.info("weekly_uncounted")
        return "uncounted"
    mailbox = open_mailbox(services, row)
    mail = render_letter(services, row.language, mailbox.token, figures)
    outcome = attempt_mail(replace(row, week=week), mailbox.address, mail, [], services)
    if outcome in (*MAYBE_SENT, "refused"):
        return outcome
    return give_back(replace(row, version=row.version + 1), services)


def attempt_mail(row: WeeklyRow, address: str, mail: Mail, parts: list[Part], services: Services) -> str:
    """Write that the step is taken, and make the one attempt; return its outcome. Raise RaceLostError."""
    services.pace.wait_turn()
    owner = services.weekly_rows.require_owner(row.staff_id)
    services.desk_table.commit_parts([services.weekly_rows.write_row(row), owner, *parts])
    outcome = services.mailer.send_mail(address, mail, attempt_id=secrets.token_urlsafe(12), campaign=KIND)
    log.info("weekly_attempted", extra={"key": row.staff_id, "reason": outcome.kind})
    return outcome.kind


def give_back(row: WeeklyRow, services: Services) -> str:
    """Write where a row is whose mail was certainly not sent; return its state."""
    services.desk_table.commit_parts([services.weekly_rows.write_row(row)])
    return row.state.value if row.state is not WeeklyState.ON else "later"
