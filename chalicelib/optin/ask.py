"""Asks by mail for the yes of a double opt-in, every minute: within the caps of `optin`, one attempt at a time.

    one transaction: cap row as it was read, address not stopped, link and whose it is, item -> SENDING
    one attempt, then by its outcome: ASKED; tried again in minutes (certainly not sent); asked anew (perhaps sent)

A second confirmation mail does no harm, a lost one loses a customer: so whatever is unclear is asked anew, and each
time counts against the caps. No customer's record or key is needed for any of it.
"""

import logging
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.config import Settings
from chalicelib.errors import RaceLostError, RegularsError, SealBrokenError, UnfitMailError, UnreadableError
from chalicelib.mails.limits import plan_asking, remember_asking
from chalicelib.mails.mail import Mail
from chalicelib.mails.pace import LONGEST_RUN, Pace
from chalicelib.mails.rendering import render_mail
from chalicelib.mails.ses import Mailer
from chalicelib.mails.words import MailWords
from chalicelib.models import PARENT, Identity, Reading, utc_text
from chalicelib.optin.addresses import choose_address, name_address
from chalicelib.people.directory import People
from chalicelib.senders import read_submission
from chalicelib.shop.periods import KEEP_UNCONFIRMED, is_kept
from chalicelib.store.inbox import InboxItem
from chalicelib.store.links import SEPARATOR, Ask, Link, LinkKind, Links, make_token, name_token
from chalicelib.store.mail_limits import AskRow, AskRows
from chalicelib.store.mails import MailRows
from chalicelib.store.reputation import MailReputation
from chalicelib.store.unconfirmed import OWNED_BY_ITEM, Unconfirmed, Wait
from chalicelib.vault.envelope import InboxOpener

log = logging.getLogger(__name__)

TURNS = 5
CAMPAIGN = "confirm"  # the tag of these mails
LOST_AFTER = timedelta(minutes=10)  # nobody comes back from an attempt later: the function ends after one
RETRY_AFTER = timedelta(minutes=2)
ENDS = {"accepted": Wait.ASKED, "refused": Wait.UNASKED, "unknown": Wait.ASKING}  # all others: certainly not sent


@dataclass(frozen=True)
class Asking:
    """What asking works with."""

    unconfirmed: Unconfirmed
    opener: InboxOpener
    people: People
    links: Links
    mailer: Mailer
    shop: Settings
    pace: Pace

    @property
    def caps(self) -> AskRows:
        """Return the rows of how often each address was asked."""
        return AskRows(self.people.customers)

    def move_item(self, item: InboxItem, wait: Wait, ask_at: datetime, reason: str = "") -> str:
        """Move an item on by itself; return where to."""
        self.people.customers.commit_parts([self.unconfirmed.move_item(item, wait, ask_at, reason)])
        return wait.value


@dataclass(frozen=True)
class Question:
    """One confirmation mail to be sent: to whom, its attempt, what is written before it, what it says."""

    address: str
    attempt: str
    parts: tuple[dict[str, Any], ...]
    mail: Mail


def ask_waiting(tools: Asking, now: datetime) -> dict[str, int]:
    """Ask about everything whose turn it is, while there is time; return counts by outcome."""
    counts: dict[str, int] = {}
    end = time.monotonic() + LONGEST_RUN
    for item in list_ripe(tools.unconfirmed, now):
        if time.monotonic() > end:
            break
        outcome = try_item(item, tools, now)
        counts[outcome] = counts.get(outcome, 0) + 1
    return counts


def list_ripe(unconfirmed: Unconfirmed, now: datetime) -> Iterator[InboxItem]:
    """Yield what is to be asked about now; what just came goes before what waits."""
    due = {Wait.ASKING: now, Wait.LATER: now, Wait.SENDING: now - LOST_AFTER}
    for wait, before in due.items():
        for item in unconfirmed.list_waiting(wait):
            if wait is Wait.ASKING or item.ask_at <= utc_text(before):
                yield item


def try_item(item: InboxItem, tools: Asking, now: datetime) -> str:
    """Bring one item on; what fails is logged by key and left to the next minute, or for good where that is no use."""
    try:
        return ask_item(item, tools, now)
    except RaceLostError:
        return "moved"
    except (SealBrokenError, UnreadableError, UnfitMailError) as fault:
        log.exception("ask_failed", extra={"key": item.key})
        return tools.move_item(item, Wait.UNASKED, now, type(fault).__name__)
    except (RegularsError, ClientError, BotoCoreError) as fault:
        log.warning("ask_postponed", extra={"key": item.key, "fault": type(fault).__name__})
        return "postponed"


def ask_item(item: InboxItem, tools: Asking, now: datetime) -> str:
    """Decide about one item, and ask when it is time; raise RaceLostError when somebody else did."""
    if not is_kept(datetime.fromisoformat(item.received_at), now):
        return tools.move_item(item, Wait.UNASKED, now, "expired")
    if item.pending == Wait.SENDING.value:
        return tools.move_item(item, Wait.ASKING, now, "lost")
    reading = read_submission(tools.opener.open_submission(item.key, item.sealed))
    rows = name_address(reading, tools.people)
    if not rows or MailRows(tools.people.customers).is_stopped(rows):
        return tools.move_item(item, Wait.UNASKED, now, "stopped" if rows else "no address")
    cap = tools.caps.read_row(rows)
    moment = plan_item(item, cap, now)
    if moment is None:
        return tools.move_item(item, Wait.UNASKED, now, "asked too often")
    if moment > now:
        tools.people.customers.commit_parts(
            [tools.unconfirmed.move_item(item, Wait.LATER, moment), *remember_turn(item, cap, rows, moment, tools)]
        )
        return Wait.LATER.value
    return ask_person(item, reading, rows, cap, tools, now)


def plan_item(item: InboxItem, cap: AskRow, now: datetime) -> datetime | None:
    """Return when to ask; one whose turn has come has its place in the cap already."""
    taken = () if item.pending == Wait.LATER.value else cap.times
    return plan_asking(taken, now, refused_at=cap.refused_at)


def remember_turn(
    item: InboxItem, cap: AskRow, rows: tuple[str, ...], moment: datetime, tools: Asking
) -> list[dict[str, Any]]:
    """Return the part that takes a turn of the address, under the condition that no one else did since."""
    times = cap.times if item.pending == Wait.LATER.value else remember_asking(cap.times, moment)
    return [tools.caps.write_row(rows, replace(cap, times=times), moment)]


def ask_person(
    item: InboxItem, reading: Reading, rows: tuple[str, ...], cap: AskRow, tools: Asking, now: datetime
) -> str:
    """Write down that an item is asked about, make the one attempt, and write down what came of it."""
    question = write_question(item, reading, tools)
    tools.pace.wait_turn()
    tools.people.customers.commit_parts(
        [
            tools.unconfirmed.move_item(item, Wait.SENDING, now),
            *remember_turn(item, cap, rows, now, tools),
            *MailRows(tools.people.customers).check_unstopped(rows),
            *question.parts,
        ]
    )
    outcome = tools.mailer.send_mail(question.address, question.mail, attempt_id=question.attempt, campaign=CAMPAIGN)
    log.info("ask_attempted", extra={"key": item.key, "reason": outcome.kind})
    sent = replace(item, pending=Wait.SENDING.value, ask_at=utc_text(now))
    return close_item(sent, outcome.kind, tools, now)


def close_item(item: InboxItem, kind: str, tools: Asking, now: datetime) -> str:
    """Write down what came of an attempt, and count the mail that SES took; return where the item went."""
    wait = ENDS.get(kind, Wait.LATER)
    parts = [tools.unconfirmed.move_item(item, wait, now + RETRY_AFTER if wait is Wait.LATER else now, kind)]
    if wait is Wait.ASKED:
        parts.append(MailReputation(tools.people.customers).count_mail(["sent"], item.key, now))
    for _ in range(TURNS):
        try:
            tools.people.customers.commit_parts(parts)
            return wait.value
        except RaceLostError:
            # Refused alike where the item moved on, and where a rival only touched the counter that we share.
            stored = tools.unconfirmed.inbox.read_item(item.key)
            if stored is None or (stored.pending, stored.ask_at) != (item.pending, item.ask_at):
                break
    raise RaceLostError(item.key)


def write_question(item: InboxItem, reading: Reading, tools: Asking) -> Question:
    """Return the mail with a link of its own, and the rows behind it, which live as long as what they are about."""
    until = datetime.fromisoformat(item.received_at) + KEEP_UNCONFIRMED
    token, attempt = make_token(), secrets.token_urlsafe(12)
    parts = [tools.links.write_link(token, make_link(reading, until))]
    for name in (name_token(token), f"mail:{attempt}"):
        rows = tools.people.name_rows(Identity(kind="link", value=name))
        parts += [tools.people.customers.write_owner(row, OWNED_BY_ITEM + item.key, until) for row in rows]
    shop, parent = tools.shop, reading.notes.get("parent")
    words = MailWords(
        shop_name=shop.shop_name,
        shop_url=shop.shop_url,
        shop_address=shop.shop_address,
        confirm_url=f"{shop.public_url}/confirm/{token}",
        privacy_url=f"{shop.public_url}/privacy?lang={reading.notes['language']}",
        reason="asked",
        title=str(reading.notes["title"]) if parent else "",
        answers=SEPARATOR.join(parent["answered"]) if parent else "",
    )
    mail = render_mail("parent" if parent else "confirm", str(reading.notes["language"]), words)
    return Question(choose_address(reading), attempt, tuple(parts), mail)


def make_link(reading: Reading, until: datetime) -> Link:
    """Return the link of a question: the form's title, and what was ticked in which words."""
    asks = tuple(
        Ask(purpose=one.purpose, words=one.words, words_version=one.words_version, language=one.language)
        for one in reading.consents
    )
    language = str(reading.notes["language"])
    title = str(reading.notes["title"])
    link = Link(kind=LinkKind.CONFIRM, language=language, title=title, asks=asks, expires_at=until)
    said = reading.notes.get("parent")
    if not said:
        return link
    own = Ask(purpose=PARENT, words=said["words"], words_version=said["words_version"], language=language)
    return link.model_copy(update={"parent": True, "answers": tuple(said["answered"]), "asks": (own, *asks)})
