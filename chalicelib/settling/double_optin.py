"""Double opt-in, from the settling side: a form's submission waits for its confirmation, then takes effect or ends."""

import logging
from dataclasses import replace
from datetime import datetime

from chalicelib.addresses import is_simulated
from chalicelib.models import Identity, is_anonymous
from chalicelib.optin.addresses import choose_address, name_address, name_mailbox
from chalicelib.senders import read_submission
from chalicelib.services import Services
from chalicelib.settling.anonymous import settle_anonymous
from chalicelib.settling.commit import commit_item, settle_without_effect, would_recreate_forgotten
from chalicelib.settling.effects import list_harm, note_reception
from chalicelib.settling.history import OpenedItem
from chalicelib.settling.match import look_up, name_claims
from chalicelib.settling.waiting import hold_unconfirmed
from chalicelib.shop.periods import is_kept
from chalicelib.store.inbox import InboxItem, State
from chalicelib.store.requests import OWNED_BY_REQUEST
from chalicelib.store.table import Part
from chalicelib.store.unconfirmed import OWNED_BY_ITEM

log = logging.getLogger(__name__)


def settle_form(opened: OpenedItem, services: Services, now: datetime) -> State:
    """Settle a form's submission; one that asks for double opt-in makes no customer before it is confirmed.

    An anonymous survey's makes none at all.
    """
    if is_anonymous(opened.submission):
        return settle_anonymous(opened, services, now)
    needs_optin = "title" in opened.reading.notes
    return wait_for_confirmation(opened, services, now) if needs_optin else commit_item(opened, services, now)


def settle_link(opened: OpenedItem, services: Services, now: datetime) -> State:
    """Settle an action on the page of a link: the answer to a confirmation, or another one."""
    is_answer = opened.submission.topic == "confirm"
    return settle_optin_answer(opened, services, now) if is_answer else commit_item(opened, services, now)


def wait_for_confirmation(opened: OpenedItem, services: Services, now: datetime) -> State:
    """Move an item to those that wait for their confirmation, unless its person was forgotten since.

    An item that staff released from quarantine after its seven days is over already.
    """
    match = look_up(opened.submission, opened.reading, [], services)
    if not is_kept(opened.submission.received_at, now) or would_recreate_forgotten(match, opened):
        return settle_without_effect(opened.item.key, State.NOBODY, services, now)
    return hold_unconfirmed(opened, services, now)


def settle_optin_answer(opened: OpenedItem, services: Services, now: datetime) -> State:
    """Settle a yes or a no with the time of its button press; a late or repeated answer has no effect."""
    kept = find_kept(opened, services)
    if kept is None:
        return settle_without_effect(opened.item.key, State.NOBODY, services, now)
    submission = services.opener.open_submission(kept.key, kept.sealed)
    held = OpenedItem(kept, submission, read_submission(submission))
    if opened.reading.notes["answer"] == "yes":
        return commit_item(held, services, now, also=(opened,), more=lift_wish(opened, held, services))
    return refuse_item(opened, held, services, now)


def lift_wish(opened: OpenedItem, held: OpenedItem, services: Services) -> list[Part]:
    """Return the parts that end a wish for no advertising, since the same mailbox now says yes.

    A parent's yes ends nothing: it came through another mailbox than the child's.
    """
    if not opened.reading.consents or held.reading.notes.get("parent"):
        return []
    rows = name_address(held.reading, services.people)
    return [part for row in rows for part in services.suppressions.lift_wish(row)]


def find_kept(opened: OpenedItem, services: Services) -> InboxItem | None:
    """Return the item of a confirmation link, or None where it can no longer be confirmed."""
    key = find_item(opened, services)
    return services.unconfirmed.read_kept(key, opened.submission.received_at) if key else None


def find_item(opened: OpenedItem, services: Services) -> str:
    """Return the key of the inbox item that a link or a mail attempt belongs to, or ""."""
    owner = find_owner(opened, services)
    return owner.removeprefix(OWNED_BY_ITEM) if owner.startswith(OWNED_BY_ITEM) else ""


def find_owner(opened: OpenedItem, services: Services) -> str:
    """Return the owner of a link or a mail attempt: a customer, an item, a request, or ""."""
    return services.people.find_customer(Identity(kind="link", value=opened.reading.link)) or ""


def settle_mail_event(opened: OpenedItem, services: Services, now: datetime) -> State:
    """Settle an SES event; one about an attempt that is not known has no effect, and stops nobody.

    One about a confirmation or proof mail enters no history: any visitor can cause such a mail.
    """
    owner, key = find_owner(opened, services), opened.item.key
    if not owner:
        log.warning("feedback_unknown", extra={"key": key, "reason": opened.submission.topic})
        return settle_without_effect(key, State.NOBODY, services, now)
    if not owner.startswith((OWNED_BY_ITEM, OWNED_BY_REQUEST)):
        return commit_item(opened, services, now)
    at, harm = opened.submission.occurred_at, list_harm(opened.reading)
    counted = [] if harm and is_simulation(owner, services) else harm  # most events tell of no harm: nothing is opened
    services.table.commit_parts(
        [
            services.inbox.write_tombstone(key, State.SETTLED, now),
            *(services.identities.write_owner(claim, key) for claim in name_claims(opened.submission)),
            *note_reception(opened.submission, opened.reading, services),
            *([services.ask_reputation.count_mail(counted, key, at)] if counted else []),
        ]
    )
    return State.SETTLED


def is_simulation(owner: str, services: Services) -> bool:
    """Return whether a mail asked about an item that still waits and is of a smoke test: Amazon counts no such mail."""
    item = services.inbox.read_item(owner.removeprefix(OWNED_BY_ITEM)) if owner.startswith(OWNED_BY_ITEM) else None
    if item is None or not item.sealed:
        return False
    reading = read_submission(services.opener.open_submission(item.key, item.sealed))
    return is_simulated(choose_address(reading))


def refuse_item(opened: OpenedItem, held: OpenedItem, services: Services, now: datetime) -> State:
    """End an unconfirmed item, keep nothing of its person, and send its address no confirmation mail for a while."""
    rows = name_mailbox(held.reading, services.people)
    refused = replace(services.mail_limits.read_row(rows), refused_at=opened.submission.received_at)
    services.table.commit_parts(
        [
            services.inbox.write_tombstone(opened.item.key, State.SETTLED, now),
            services.inbox.write_tombstone(held.item.key, State.REFUSED, now, State.UNCONFIRMED),
            services.mail_limits.write_row(rows, refused, now),
        ]
    )
    return State.SETTLED
