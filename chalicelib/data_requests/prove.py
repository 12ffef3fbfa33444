"""The mail by which a person proves that a request is theirs: a link, and a code to type on the page of the link.

    one transaction: row as it was read -> SENDING, both caps as they were read, link and its owner, the old link gone
    one attempt, then by its outcome: ASKED; tried again in minutes (certainly not sent); asked anew (perhaps sent)

The mail goes to the address that was asked for, and to no other of the same person: a right is proven at the mailbox
that asks. It is no advertising: a customer who unsubscribed or complained still has the right to ask. Only an address
that bounced for good gets no mail.
"""

import logging
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.addresses import fold_mailbox
from chalicelib.config import Settings
from chalicelib.data_requests.codes import hash_code, make_code
from chalicelib.data_requests.rows import end_unproven, move_row
from chalicelib.errors import RaceLostError, UnfitMailError
from chalicelib.mails.attempt import LOST_AFTER, RETRY_AFTER, close_attempt
from chalicelib.mails.mail import Mail
from chalicelib.mails.rendering import render_mail
from chalicelib.mails.words import MailWords
from chalicelib.models import Identity, IdentityKind, RequestKind, utc_text
from chalicelib.people.mailboxes import may_prove
from chalicelib.people.person import Person
from chalicelib.services import Services
from chalicelib.shop.brand import name_shop, write_address
from chalicelib.shop.limits import CAPS, Caps
from chalicelib.shop.stops import MailUse
from chalicelib.store.links import Link, LinkKind, make_token, name_token
from chalicelib.store.mail_limits import RateLimit
from chalicelib.store.requests import KEEP_REQUEST, RequestRow, RequestState
from chalicelib.store.table import Part

log = logging.getLogger(__name__)

CAMPAIGN = "request"  # the tag of these mails
PROVE_WITHIN = timedelta(hours=24)
LATE_CODE = timedelta(days=1)  # a code typed in time may be settled late
LONGEST_WAIT = timedelta(days=3)  # at most five kinds wait, at three mails a day: no person waits longer
NETWORK_CAPS: Caps = ((timedelta(hours=1), 5), (timedelta(days=1), 20))
ENDS = {
    "accepted": RequestState.ASKED,
    "refused": RequestState.UNREACHABLE,
    "unknown": RequestState.ASKING,
}  # all others: certainly not sent


@dataclass(frozen=True)
class Slot:
    """When the mail of a request may go, by recent mails to its address and from its network; `parts` take the slot."""

    moment: datetime | None
    reason: str
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class ProofMail:
    """One mail to be sent, and what is written before it."""

    row: RequestRow
    attempt: str
    parts: tuple[Part, ...]
    mail: Mail


def prepare_proof_mail(row: RequestRow, person: Person, services: Services, now: datetime) -> str:
    """Decide about one request that waits for its mail, and send it when it is time."""
    address = row.open_address(person.seal)
    if not may_prove(row, address, services.people):
        return end_unproven(row, services, now)
    rows = services.people.name_rows(Identity(kind="email", value=address))
    if blocking := services.suppressions.list_blocking(rows, MailUse.PROOF, now):
        return move_row(row, RequestState.UNREACHABLE, row.answer_by, services, now, min(blocking))
    slot = plan_slot(row, address, services, now)
    if slot.moment is None:
        return move_row(row, RequestState.EXPIRED, now, services, now, "asked too often")
    if slot.moment > now:
        return wait_slot(row, slot, slot.moment, services, now)
    return send_proof_mail(row, address, slot, services, now)


def plan_slot(row: RequestRow, address: str, services: Services, now: datetime) -> Slot:
    """Return when this request may be mailed about; one in LATER has taken its slot already."""
    if row.state is RequestState.LATER:
        return Slot(now, "")
    if now > row.asked_at + LONGEST_WAIT:
        return Slot(None, "")
    network = RateLimit((row.network,) if row.network else (), NETWORK_CAPS, services.mail_limits)
    free = network.plan_turn(now, LONGEST_WAIT)
    if free is None or free > now:  # the address's own limit is not used meanwhile
        return Slot(free or now + LONGEST_WAIT, "network")
    mailbox = services.people.name_rows(Identity(kind=IdentityKind.PROVER, value=fold_mailbox(address)))
    own = RateLimit(mailbox, CAPS, services.mail_limits)
    moment = own.plan_turn(now, LONGEST_WAIT)
    if moment is None:
        return Slot(None, "")
    return Slot(moment, "person", (*own.take_turn(moment), *network.take_turn(now)))


def wait_slot(row: RequestRow, slot: Slot, moment: datetime, services: Services, now: datetime) -> str:
    """Move a request to its slot; once a turn of the address is taken, no other request gets that turn."""
    state = RequestState.LATER if slot.parts else RequestState.ASKING
    later = replace(row, state=state, due_at=utc_text(moment), reason=slot.reason)
    services.table.commit_parts([services.requests.write_row(later, now), *slot.parts])
    return RequestState.LATER.value


def send_proof_mail(row: RequestRow, address: str, slot: Slot, services: Services, now: datetime) -> str:
    """Write that the mail of a request is on its way, make the one attempt, and write its outcome."""
    try:
        proof = compose_proof(row, address, services, now)
    except UnfitMailError as fault:
        log.exception("request_unfit", extra={"key": row.id})
        return move_row(row, RequestState.UNREACHABLE, row.answer_by, services, now, type(fault).__name__)
    services.table.commit_parts(
        [
            services.requests.write_row(proof.row, now),
            services.keys.check_key(row.customer_id),
            *slot.parts,
            *proof.parts,
        ]
    )
    services.pace.wait_turn()
    outcome = services.mailer.send_mail(address, proof.mail, attempt_id=proof.attempt, campaign=CAMPAIGN)
    log.info("request_attempted", extra={"key": row.id, "reason": outcome.kind})
    return close_row(replace(proof.row, version=proof.row.version + 1), outcome.kind, services, now)


def close_row(row: RequestRow, kind: str, services: Services, now: datetime) -> str:
    """Write the outcome of an attempt, and count a mail that SES took.

    A code that the person typed meanwhile stays valid.
    """
    state = ENDS.get(kind, RequestState.LATER)
    due = {
        RequestState.ASKED: datetime.fromisoformat(row.until) + LATE_CODE,
        RequestState.UNREACHABLE: row.answer_by,
        RequestState.ASKING: now,
    }.get(state, now + RETRY_AFTER)
    closed = replace(row, state=state, due_at=utc_text(due), reason="" if state is RequestState.ASKED else kind)
    parts = [services.requests.write_row(closed, now)]
    if state is RequestState.ASKED:
        parts.append(services.ask_reputation.count_mail(["sent"], row.id, now))

    def is_open() -> bool:
        stored = services.requests.read_row(row.customer_id, row.id)
        return stored is not None and stored.version == row.version

    if not close_attempt(lambda: services.table.commit_parts(parts), is_open, row.id):
        raise RaceLostError(row.id)
    return state.value


def compose_proof(row: RequestRow, address: str, services: Services, now: datetime) -> ProofMail:
    """Return the mail of one attempt with a new code and link, the rows behind them, and the changed request."""
    token, code, attempt = make_token(), make_code(), secrets.token_urlsafe(12)
    until = now + PROVE_WITHIN
    link = Link(
        kind=LinkKind.REQUEST,
        language=row.language,
        request=row.kind,
        code_hash=hash_code(token, code),
        salt=make_token(),
        expires_at=until,
    )
    own = (name_token(token), f"mail:{attempt}")
    parts = (
        services.links.write_link(token, link),
        *([services.links.delete_link(row.link)] if row.link else []),
        *services.people.claim_links(own[:1], row.owner, row.asked_at + KEEP_REQUEST),
        *services.people.claim_attempt(attempt, row.owner, address, row.asked_at + KEEP_REQUEST),
    )
    sending = replace(
        row,
        state=RequestState.SENDING,
        due_at=utc_text(now + LOST_AFTER),
        link=own[0],
        until=utc_text(until),
        links=(*row.links, *own),
    )
    return ProofMail(sending, attempt, parts, render_proof(row, token, code, services.settings))


def render_proof(row: RequestRow, token: str, code: str, settings: Settings) -> Mail:
    """Return the mail, in the language in which the person asked."""
    language = row.language or settings.shop_language
    words = MailWords(
        shop_name=name_shop(settings, language),
        shop_url=settings.shop_url,
        shop_address=write_address(settings, language),
        confirm_url=f"{settings.public_url}/privacy/confirm/{token}",
        privacy_url=f"{settings.public_url}/privacy?lang={language}",
        code=code,
        request=RequestKind(row.kind),
        reason="asked",
    )
    return render_mail("request", language, words)
