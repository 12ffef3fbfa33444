"""Mails the question of a double opt-in, every minute: within the caps of `mails.limits`, one attempt at a time.

    one transaction: cap row as it was read, address not suppressed, link and its owner, item -> SENDING
    one attempt, then by its outcome: ASKED; tried again in minutes (certainly not sent); asked anew (perhaps sent)

A second confirmation mail does no harm, but a lost one loses a customer. So an item with an unknown outcome is asked
again, and each mail counts against the caps. No step needs a customer's record or key.
"""

import logging
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.config import Settings
from chalicelib.errors import RaceLostError, SealBrokenError, UnfitMailError, UnreadableError
from chalicelib.mails.attempt import LOST_AFTER, RETRY_AFTER, close_attempt
from chalicelib.mails.limits import plan_asking, remember_asking
from chalicelib.mails.mail import Mail
from chalicelib.mails.pace import LONGEST_RUN
from chalicelib.mails.rendering import render_mail
from chalicelib.mails.words import MailWords
from chalicelib.models import PARENT, Reading, utc_text
from chalicelib.optin.addresses import choose_address, name_address
from chalicelib.runs import run_each
from chalicelib.senders import read_submission
from chalicelib.services import Services
from chalicelib.shop.periods import KEEP_UNCONFIRMED, is_kept
from chalicelib.shop.stops import MailUse
from chalicelib.store.inbox import InboxItem
from chalicelib.store.links import SEPARATOR, Ask, Link, LinkKind, make_token, name_token
from chalicelib.store.mail_limits import MailLimit
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
    """Ask about every item that is due, while there is time; return counts by outcome."""
    return run_each(
        list_ripe(services.unconfirmed, now),
        lambda item: try_item(item, services, now),
        name="ask",
        key=lambda item: item.key,
        until=time.monotonic() + LONGEST_RUN,
    )


def list_ripe(unconfirmed: Unconfirmed, now: datetime) -> Iterator[InboxItem]:
    """Yield the items to ask about now; new items go before those that waited."""
    due = {Wait.ASKING: now, Wait.LATER: now, Wait.SENDING: now - LOST_AFTER}
    for wait, before in due.items():
        for item in unconfirmed.list_waiting(wait):
            if wait is Wait.ASKING or item.ask_at <= utc_text(before):
                yield item


def try_item(item: InboxItem, services: Services, now: datetime) -> str:
    """Take one step with an item; one that cannot be read, or whose mail cannot be sent, is never asked about."""
    try:
        return ask_item(item, services, now)
    except RaceLostError:
        return "moved"
    except (SealBrokenError, UnreadableError, UnfitMailError) as fault:
        log.exception("ask_failed", extra={"key": item.key})
        return move_item(item, Wait.UNASKED, now, services, type(fault).__name__)


def move_item(item: InboxItem, wait: Wait, ask_at: datetime, services: Services, reason: str = "") -> str:
    """Move an item to another list in a transaction of its own; return the list."""
    services.table.commit_parts([services.unconfirmed.move_item(item, wait, ask_at, reason)])
    return wait.value


def ask_item(item: InboxItem, services: Services, now: datetime) -> str:
    """Decide about one item, and ask when it is time; raise RaceLostError when another worker did."""
    if not is_kept(datetime.fromisoformat(item.received_at), now):
        return move_item(item, Wait.UNASKED, now, services, "expired")
    if item.pending == Wait.SENDING.value:
        return move_item(item, Wait.ASKING, now, services, "lost")
    reading = read_submission(services.opener.open_submission(item.key, item.sealed))
    rows = name_address(reading, services.people)
    if not rows or services.suppressions.is_stopped(rows, MailUse.QUESTION, now):
        return move_item(item, Wait.UNASKED, now, services, "stopped" if rows else "no address")
    limit = services.mail_limits.read_row(rows)
    moment = plan_item(item, limit, now)
    if moment is None:
        return move_item(item, Wait.UNASKED, now, services, "asked too often")
    if moment > now:
        later = services.unconfirmed.move_item(item, Wait.LATER, moment)
        services.table.commit_parts([later, take_turn(item, limit, rows, moment, services)])
        return Wait.LATER.value
    return ask_person(item, reading, rows, limit, services, now)


def plan_item(item: InboxItem, limit: MailLimit, now: datetime) -> datetime | None:
    """Return when to ask; an item whose turn has come is counted by the cap already."""
    taken = () if item.pending == Wait.LATER.value else limit.times
    return plan_asking(taken, now, refused_at=limit.refused_at)


def take_turn(item: InboxItem, limit: MailLimit, rows: tuple[str, ...], moment: datetime, services: Services) -> Part:
    """Return the part that takes a turn of the address, if no other worker took one since."""
    times = limit.times if item.pending == Wait.LATER.value else remember_asking(limit.times, moment)
    return services.mail_limits.write_row(rows, replace(limit, times=times), moment)


def ask_person(
    item: InboxItem, reading: Reading, rows: tuple[str, ...], limit: MailLimit, services: Services, now: datetime
) -> str:
    """Write that the mail of an item is on its way, make the one attempt, and write its outcome."""
    question = write_question(item, reading, services)
    services.pace.wait_turn()
    services.table.commit_parts(
        [
            services.unconfirmed.move_item(item, Wait.SENDING, now),
            take_turn(item, limit, rows, now, services),
            *services.suppressions.check_unstopped(rows, MailUse.QUESTION, now),
            *question.parts,
        ]
    )
    outcome = services.mailer.send_mail(question.address, question.mail, attempt_id=question.attempt, campaign=CAMPAIGN)
    log.info("ask_attempted", extra={"key": item.key, "reason": outcome.kind})
    sent = replace(item, pending=Wait.SENDING.value, ask_at=utc_text(now))
    return close_item(sent, outcome.kind, services, now)


def close_item(item: InboxItem, kind: str, services: Services, now: datetime) -> str:
    """Write the outcome of an attempt, and count a mail that SES took; return the item's new list."""
    wait = ENDS.get(kind, Wait.LATER)
    parts = [services.unconfirmed.move_item(item, wait, now + RETRY_AFTER if wait is Wait.LATER else now, kind)]
    if wait is Wait.ASKED:
        parts.append(services.reputation.count_mail(["sent"], item.key, now))

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


def render_question(reading: Reading, token: str, settings: Settings) -> Mail:
    """Return the mail to the person, or for a child's submission to a parent."""
    parent, language = reading.notes.get("parent"), str(reading.notes["language"])
    words = MailWords(
        shop_name=settings.shop_name,
        shop_url=settings.shop_url,
        shop_address=settings.shop_address,
        confirm_url=f"{settings.public_url}/confirm/{token}",
        privacy_url=f"{settings.public_url}/privacy?lang={language}",
        reason="asked",
        title=str(reading.notes["title"]) if parent else "",
        answers=SEPARATOR.join(parent["answered"]) if parent else "",
    )
    return render_mail("parent" if parent else "confirm", language, words)


def make_link(reading: Reading, until: datetime) -> Link:
    """Return the link of a question: the form's title, and the words of each ticked box."""
    asks = tuple(
        Ask(
            purpose=consent.purpose,
            words=consent.words,
            words_version=consent.words_version,
            language=consent.language,
        )
        for consent in reading.consents
    )
    language = str(reading.notes["language"])
    title = str(reading.notes["title"])
    link = Link(kind=LinkKind.CONFIRM, language=language, title=title, asks=asks, expires_at=until)
    parent = reading.notes.get("parent")
    if not parent:
        return link
    own = Ask(purpose=PARENT, words=parent["words"], words_version=parent["words_version"], language=language)
    return link.model_copy(update={"parent": True, "answers": tuple(parent["answered"]), "asks": (own, *asks)})
