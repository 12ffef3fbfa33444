"""The mail that lets a person prove a request is theirs: a link, and a code to be typed where the link leads.

    one transaction: row as it was read -> SENDING, both caps as they were read, link and whose it is, the old link gone
    one attempt, then by its outcome: ASKED; tried again in minutes (certainly not sent); asked anew (perhaps sent)

It goes to the address that we hold, whatever was typed. It is no advertising: who unsubscribed or complained still has
the right to ask. Only an address that mail comes back from gets none.
"""

import logging
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.addresses import normalise_email
from chalicelib.data_requests.codes import hash_code, make_code
from chalicelib.data_requests.tools import Answering
from chalicelib.errors import RaceLostError, UnfitMailError
from chalicelib.mails.limits import CAPS, Caps, plan_asking, remember_asking
from chalicelib.mails.mail import Mail
from chalicelib.mails.rendering import render_mail
from chalicelib.mails.words import MailWords
from chalicelib.models import Identity, Profile, RequestKind, utc_text
from chalicelib.people.directory import Person
from chalicelib.store.links import Link, LinkKind, make_token, name_token
from chalicelib.store.mail_limits import AskRow
from chalicelib.store.mails import MailRows
from chalicelib.store.reputation import MailReputation
from chalicelib.store.requests import KEEP_REQUEST, RequestRow, RequestState

log = logging.getLogger(__name__)

CAMPAIGN = "request"  # the tag of these mails
PROVE_WITHIN = timedelta(hours=24)
LATE_WORD = timedelta(days=1)  # a code typed in time may be settled late
LOST_AFTER = timedelta(minutes=10)
RETRY_AFTER = timedelta(minutes=2)
LONGEST_WAIT = timedelta(days=3)  # five kinds wait at most, three mails a day: nobody waits longer for their own mails
NETWORK_CAPS: Caps = ((timedelta(hours=1), 5), (timedelta(days=1), 20))
ENDS = {
    "accepted": RequestState.ASKED,
    "refused": RequestState.UNREACHABLE,
    "unknown": RequestState.ASKING,
}  # all others: certainly not sent
TURNS = 5


@dataclass(frozen=True)
class Slot:
    """When a request may be mailed about, by what its person and its network had of late; `caps` are to be replaced."""

    moment: datetime | None
    reason: str
    caps: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class ProofMail:
    """One mail to be sent, and what is written before it."""

    row: RequestRow
    attempt: str
    parts: tuple[dict[str, Any], ...]
    mail: Mail


def prepare_proof_mail(row: RequestRow, person: Person, tools: Answering, now: datetime) -> str:
    """Decide about one request that waits for its mail, and send it when it is time."""
    address = read_address(person.profile)
    if not address:
        return tools.move_row(row, RequestState.UNREACHABLE, row.answer_by, now, "no address")
    rows = tools.people.name_rows(Identity(kind="email", value=address))
    if "bounced" in MailRows(tools.people.customers).list_stops(rows):
        return tools.move_row(row, RequestState.UNREACHABLE, row.answer_by, now, "bounced")
    turn = plan_turn(row, address, tools, now)
    if turn.moment is None:
        return tools.move_row(row, RequestState.EXPIRED, now, now, "asked too often")
    if turn.moment > now:
        return wait_turn(row, turn, turn.moment, tools, now)
    return send_proof_mail(row, person, turn, tools, now)


def read_address(profile: Profile) -> str:
    """Return the address that we hold, normalised, or ""."""
    return normalise_email(profile.text("email"))


def plan_turn(row: RequestRow, address: str, tools: Answering, now: datetime) -> Slot:
    """Return when this request's turn is; one in LATER has taken it already."""
    if row.state is RequestState.LATER:
        return Slot(now, "")
    if now > row.asked_at + LONGEST_WAIT:
        return Slot(None, "")
    there = RateLimit((row.network,) if row.network else (), NETWORK_CAPS, tools)
    free = there.plan_turn(now)
    if free is None or free > now:  # its place among the person's own mails is not taken meanwhile
        return Slot(free or now + LONGEST_WAIT, "network")
    own = RateLimit(tools.people.name_rows(Identity(kind="prover", value=address)), CAPS, tools)
    moment = own.plan_turn(now)
    if moment is None:
        return Slot(None, "")
    return Slot(moment, "person", (*own.take_turn(moment), *there.take_turn(now)))


class RateLimit:
    """What is counted under a cap, read once: whose turn it takes is whose turn was planned. No rows, no cap."""

    def __init__(self, rows: tuple[str, ...], caps: Caps, tools: Answering) -> None:
        """Read the rows, newest secret first."""
        self.rows, self.caps, self.tools = rows, caps, tools
        self.held = tools.caps.read_row(rows) if rows else AskRow()

    def plan_turn(self, now: datetime) -> datetime | None:
        """Return when there is room, or None: not soon."""
        return plan_asking(self.held.times, now, caps=self.caps, longest_wait=LONGEST_WAIT)

    def take_turn(self, moment: datetime) -> list[dict[str, Any]]:
        """Return the part that takes a turn, under the condition that no one else did since."""
        taken = replace(self.held, times=remember_asking(self.held.times, moment, self.caps))
        return [self.tools.caps.write_row(self.rows, taken, moment)] if self.rows else []


def wait_turn(row: RequestRow, turn: Slot, moment: datetime, tools: Answering, now: datetime) -> str:
    """Let a request wait; once its place among the person's own mails is taken, it is its own."""
    state = RequestState.LATER if turn.caps else RequestState.ASKING
    later = replace(row, state=state, due_at=utc_text(moment), reason=turn.reason)
    tools.people.customers.commit_parts([tools.rows.write_row(later, now), *turn.caps])
    return RequestState.LATER.value


def send_proof_mail(row: RequestRow, person: Person, turn: Slot, tools: Answering, now: datetime) -> str:
    """Write down that a request is mailed about, make the one attempt, and write down what came of it."""
    try:
        letter = write_letter(row, tools, now)
    except UnfitMailError as fault:
        log.exception("request_unfit", extra={"key": row.id})
        return tools.move_row(row, RequestState.UNREACHABLE, row.answer_by, now, type(fault).__name__)
    tools.people.customers.commit_parts(
        [
            tools.rows.write_row(letter.row, now),
            tools.people.keys.check_key(row.customer_id),
            *turn.caps,
            *letter.parts,
        ]
    )
    tools.pace.wait_turn()
    address = str(person.profile.fields["email"].value)
    outcome = tools.mailer.send_mail(address, letter.mail, attempt_id=letter.attempt, campaign=CAMPAIGN)
    log.info("request_attempted", extra={"key": row.id, "reason": outcome.kind})
    return close_attempt(replace(letter.row, version=letter.row.version + 1), outcome.kind, tools, now)


def close_attempt(row: RequestRow, kind: str, tools: Answering, now: datetime) -> str:
    """Write down what came of an attempt, and count a mail that SES took; a code typed meanwhile stands."""
    state = ENDS.get(kind, RequestState.LATER)
    due = {
        RequestState.ASKED: datetime.fromisoformat(row.until) + LATE_WORD,
        RequestState.UNREACHABLE: row.answer_by,
        RequestState.ASKING: now,
    }.get(state, now + RETRY_AFTER)
    closed = replace(row, state=state, due_at=utc_text(due), reason="" if state is RequestState.ASKED else kind)
    parts = [tools.rows.write_row(closed, now)]
    if state is RequestState.ASKED:
        parts.append(MailReputation(tools.people.customers).count_mail(["sent"], row.id, now))
    for _ in range(TURNS):
        try:
            tools.people.customers.commit_parts(parts)
            return state.value
        except RaceLostError:
            # Refused alike where the row moved on, and where a rival only touched the counter that we share.
            stored = tools.rows.read_row(row.customer_id, row.id)
            if stored is None or stored.version != row.version:
                break
    raise RaceLostError(row.id)


def write_letter(row: RequestRow, tools: Answering, now: datetime) -> ProofMail:
    """Return the mail of one attempt with a code and a link of its own, the rows behind them, and the request then."""
    token, code, attempt = make_token(), make_code(), secrets.token_urlsafe(12)
    until = now + PROVE_WITHIN
    link = Link(
        kind=LinkKind.REQUEST,
        language=row.language,
        request=row.kind,
        code_hash=hash_code(token, code),
        expires_at=until,
    )
    own = (name_token(token), f"mail:{attempt}")
    parts = [tools.links.write_link(token, link), *([tools.links.delete_link(row.link)] if row.link else [])]
    for name in own:
        rows = tools.people.name_rows(Identity(kind="link", value=name))
        parts += [tools.people.customers.write_owner(one, row.owner, row.asked_at + KEEP_REQUEST) for one in rows]
    sending = replace(
        row,
        state=RequestState.SENDING,
        due_at=utc_text(now + LOST_AFTER),
        link=own[0],
        until=utc_text(until),
        links=(*row.links, *own),
    )
    return ProofMail(sending, attempt, tuple(parts), render_letter(row, token, code, tools))


def render_letter(row: RequestRow, token: str, code: str, tools: Answering) -> Mail:
    """Return the mail, in the language in which was asked."""
    shop = tools.shop
    words = MailWords(
        shop_name=shop.shop_name,
        shop_url=shop.shop_url,
        shop_address=shop.shop_address,
        confirm_url=f"{shop.public_url}/privacy/confirm/{token}",
        privacy_url=f"{shop.public_url}/privacy?lang={row.language or shop.shop_language}",
        code=code,
        request=RequestKind(row.kind).value,
        reason="asked",
    )
    return render_mail("request", row.language or shop.shop_language, words)
