"""Mails the question of a double opt-in, every minute: within the caps of `optin.turns`, one attempt at a time.

    one transaction: cap row as it was read, address not suppressed, link and its owner, item -> SENDING
    one attempt, then by its outcome: ASKED; tried again in minutes (certainly not sent); asked anew (perhaps sent)

A second confirmation mail does no harm, but a lost one loses a customer. So an item with an unknown outcome is asked
again, and each mail counts against the caps. No step needs a customer's record or key.
"""

import logging
import secrets
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile

from chalicelib.addresses import is_simulated, normalise_email
from chalicelib.errors import RaceLostError, SealBrokenError, UnfitMailError, UnreadableError
from chalicelib.mails.allowance import Allowance
from chalicelib.mails.attempt import LOST_AFTER, RETRY_AFTER, close_attempt
from chalicelib.mails.mail import Mail
from chalicelib.mails.pace import LONGEST_RUN
from chalicelib.models import Reading, utc_text
from chalicelib.optin.addresses import choose_address, name_address
from chalicelib.optin.lists import name_lists
from chalicelib.optin.question import make_link, render_question
from chalicelib.optin.turns import Turns, find_turns, open_allowance
from chalicelib.runs import run_each
from chalicelib.senders import read_submission
from chalicelib.services import Services
from chalicelib.shop.periods import KEEP_UNCONFIRMED, is_kept
from chalicelib.shop.stops import MailUse
from chalicelib.shop.unasked import is_unasked
from chalicelib.store.inbox import InboxItem
from chalicelib.store.links import make_token, name_token
from chalicelib.store.table import Part
from chalicelib.store.unconfirmed import OWNED_BY_ITEM, Unconfirmed, Wait

log = logging.getLogger(__name__)

CAMPAIGN = "confirm"  # the tag of these mails
ENDS = {"accepted": Wait.ASKED, "refused": Wait.UNASKED, "unknown": Wait.ASKING}  # all others: certainly not sent


@dataclass(frozen=True)
class Question:
    """One confirmation mail to send: its address, its attempt, the rows written before it, its text."""

    address: str
    attempt: str
    parts: tuple[Part, ...]
    mail: Mail


def ask_waiting(services: Services, now: datetime) -> dict[str, int]:
    """Ask about every item that is due, while there is time and allowance; return counts by outcome."""
    allowance = open_allowance(services, now)
    return run_each(
        takewhile(lambda _: not allowance.is_spent(), list_ripe(services.unconfirmed, now, allowance)),
        lambda item: try_item(item, allowance, services, now),
        name="ask",
        key=lambda item: item.key,
        until=time.monotonic() + LONGEST_RUN,
    )


def list_ripe(unconfirmed: Unconfirmed, now: datetime, allowance: Allowance) -> Iterator[InboxItem]:
    """Yield the items to ask about now, of each list in turn the oldest: no list keeps another waiting.

    The list of a form ends once the form's mails of this run are sent.
    """
    new = name_lists()
    due = {**dict.fromkeys((*new, Wait.ASKING), now), Wait.LATER: now, Wait.SENDING: now - LOST_AFTER}
    lists = {
        pending: filter_ripe(unconfirmed.list_waiting(pending), pending, before) for pending, before in due.items()
    }
    while lists:
        for pending, own in tuple(lists.items()):
            full = pending in new and allowance.is_full(new[pending])
            if full or (item := next(own, None)) is None:
                del lists[pending]
            else:
                yield item


def filter_ripe(items: Iterable[InboxItem], pending: str, before: datetime) -> Iterator[InboxItem]:
    """Yield the items of a list that are due."""
    return (item for item in items if pending.startswith(Wait.ASKING) or item.ask_at <= utc_text(before))


def try_item(item: InboxItem, allowance: Allowance, services: Services, now: datetime) -> str:
    """Take one step with an item; one that cannot be read, or whose mail cannot be sent, is never asked about."""
    try:
        return ask_item(item, allowance, services, now)
    except RaceLostError:
        return "moved"
    except (SealBrokenError, UnreadableError, UnfitMailError) as fault:
        log.exception("ask_failed", extra={"key": item.key})
        return move_item(item, Wait.UNASKED, now, services, type(fault).__name__)


def move_item(item: InboxItem, wait: Wait, ask_at: datetime, services: Services, reason: str = "") -> str:
    """Move an item to another list in a transaction of its own; return the list."""
    services.table.commit_parts([services.unconfirmed.move_item(item, wait, ask_at, reason)])
    return wait.value


def ask_item(item: InboxItem, allowance: Allowance, services: Services, now: datetime) -> str:
    """Decide about one item, and ask when it is time; raise RaceLostError when another worker did."""
    if not is_kept(datetime.fromisoformat(item.received_at), now):
        return move_item(item, Wait.UNASKED, now, services, "expired")
    if item.pending == Wait.SENDING.value:
        return move_item(item, Wait.ASKING, now, services, "lost")
    submission = services.opener.open_submission(item.key, item.sealed)
    reading = read_submission(submission)
    if reason := find_hindrance(reading, services, now):
        return move_item(item, Wait.UNASKED, now, services, reason)
    turns = find_turns(item, submission, reading, services)
    moment = turns.plan_turn(now)
    if moment is None:
        allowance.tell("mailbox or network")
        return move_item(item, Wait.UNASKED, now, services, "asked too often")
    if moment > now:
        later = services.unconfirmed.move_item(item, Wait.LATER, moment)
        services.table.commit_parts([later, *turns.take_turns(moment)])
        return Wait.LATER.value
    if allowance.is_full(submission.topic):
        return "full"
    allowance.sent[submission.topic] += 1
    return ask_person(item, reading, turns, services, now)


def find_hindrance(reading: Reading, services: Services, now: datetime) -> str:
    """Return why an address gets no confirmation mail at all, or ""."""
    rows = name_address(reading, services.people)
    if not rows:
        return "no address"
    if services.suppressions.is_stopped(rows, MailUse.QUESTION, now):
        return "stopped"
    own = normalise_email(services.settings.mail_from)
    return "role address" if is_unasked(normalise_email(choose_address(reading)), own) else ""


def ask_person(item: InboxItem, reading: Reading, turns: Turns, services: Services, now: datetime) -> str:
    """Write that the mail of an item is on its way, make the one attempt, and write its outcome."""
    question = write_question(item, reading, services)
    services.pace.wait_turn()
    services.table.commit_parts(
        [
            services.unconfirmed.move_item(item, Wait.SENDING, now),
            *turns.take_turns(now),
            *services.suppressions.check_unstopped(name_address(reading, services.people), MailUse.QUESTION, now),
            *question.parts,
        ]
    )
    outcome = services.mailer.send_mail(question.address, question.mail, attempt_id=question.attempt, campaign=CAMPAIGN)
    log.info("ask_attempted", extra={"key": item.key, "reason": outcome.kind})
    sent = replace(item, pending=Wait.SENDING.value, ask_at=utc_text(now))
    counted = not is_simulated(question.address)
    return close_item(sent, outcome.kind, services, now, counted=counted)


def close_item(item: InboxItem, kind: str, services: Services, now: datetime, *, counted: bool) -> str:
    """Write the outcome of an attempt, and count a mail that SES took; return the item's new list.

    Amazon counts no mail to its own simulator, so it is not `counted` here either.
    """
    wait = ENDS.get(kind, Wait.LATER)
    parts = [services.unconfirmed.move_item(item, wait, now + RETRY_AFTER if wait is Wait.LATER else now, kind)]
    if counted and wait is Wait.ASKED:
        parts.append(services.ask_reputation.count_mail(["sent"], item.key, now))

    def is_open() -> bool:
        stored = services.inbox.read_item(item.key)
        return stored is not None and (stored.pending, stored.ask_at) == (item.pending, item.ask_at)

    if not close_attempt(lambda: services.table.commit_parts(parts), is_open, item.key):
        raise RaceLostError(item.key)
    return wait.value


def write_question(item: InboxItem, reading: Reading, services: Services) -> Question:
    """Return the mail with a new link, and the rows behind it, which expire together with the item."""
    until = datetime.fromisoformat(item.received_at) + KEEP_UNCONFIRMED
    token, attempt = make_token(), secrets.token_urlsafe(12)
    owner, address = OWNED_BY_ITEM + item.key, choose_address(reading)
    parts = (
        services.links.write_link(token, make_link(reading, until)),
        *services.people.claim_links([name_token(token)], owner, until),
        *services.people.claim_attempt(attempt, owner, address, until),
    )
    return Question(address, attempt, parts, render_question(reading, token, services.settings))
