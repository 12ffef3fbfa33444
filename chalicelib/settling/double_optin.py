"""Double opt-in, from the settling side: a form's answer waits for its yes, and what a yes or a no makes of it."""

from dataclasses import replace
from datetime import datetime

from chalicelib.models import Identity
from chalicelib.optin.addresses import name_address
from chalicelib.senders import read_submission
from chalicelib.settling.commit import (
    OpenedItem,
    Settling,
    commit_item,
    settle_without_effect,
    would_recreate_forgotten,
)
from chalicelib.settling.effects import RECEPTION, list_stops
from chalicelib.settling.match import look_up, name_claims
from chalicelib.shop.periods import is_kept
from chalicelib.store.inbox import InboxItem, State
from chalicelib.store.mail_limits import AskRows
from chalicelib.store.reputation import MailReputation
from chalicelib.store.requests import OWNED_BY_REQUEST
from chalicelib.store.unconfirmed import OWNED_BY_ITEM, Unconfirmed


def needs_optin(opened: OpenedItem) -> bool:
    """Tell a form's answer that makes nobody a customer before they confirm it."""
    return opened.submission.sender == "form" and "title" in opened.reading.notes


def is_optin_answer(opened: OpenedItem) -> bool:
    """Tell what was pressed on a confirmation's page."""
    return opened.submission.sender == "link" and opened.submission.topic == "confirm"


def wait_for_confirmation(opened: OpenedItem, tools: Settling, now: datetime) -> State:
    """Let an item wait for its yes, but for one of somebody forgotten since.

    One released from quarantine after its seven days is over already.
    """
    match = look_up(opened.submission, opened.reading, [], tools.people, tools.region)
    if not is_kept(opened.submission.received_at, now) or would_recreate_forgotten(match, opened):
        return settle_without_effect(opened.item.key, State.NOBODY, tools, now)
    tools.people.customers.commit_parts([Unconfirmed(tools.inbox).hold_item(opened.item)])
    return State.UNCONFIRMED


def settle_optin_answer(opened: OpenedItem, tools: Settling, now: datetime) -> State:
    """Settle a yes or a no, as of when it was pressed; one that comes too late, or again, is about nobody."""
    kept = find_kept(opened, tools)
    if kept is None:
        return settle_without_effect(opened.item.key, State.NOBODY, tools, now)
    submission = tools.opener.open_submission(kept.key, kept.sealed)
    held = OpenedItem(kept, submission, read_submission(submission))
    if opened.reading.notes["answer"] == "yes":
        return commit_item(held, tools, now, also=(opened,))
    return refuse_item(opened, held, tools, now)


def find_kept(opened: OpenedItem, tools: Settling) -> InboxItem | None:
    """Return what a confirmation link is about, if it is still there to be confirmed."""
    key = find_item(opened, tools)
    return Unconfirmed(tools.inbox).read_kept(key, opened.submission.received_at) if key else None


def find_item(opened: OpenedItem, tools: Settling) -> str:
    """Return the key of the inbox item that a link or an attempt belongs to, or ""."""
    owner = find_owner(opened, tools)
    return owner.removeprefix(OWNED_BY_ITEM) if owner.startswith(OWNED_BY_ITEM) else ""


def find_owner(opened: OpenedItem, tools: Settling) -> str:
    """Return whose a link or an attempt is: a customer's, an item's, a request's, or ""."""
    return tools.people.find_customer(Identity(kind="link", value=opened.reading.link)) or ""


def is_optin_mail_event(opened: OpenedItem, tools: Settling) -> bool:
    """Tell SES's word on a mail that asked for proof: of a double opt-in or of a data subject request.

    It is in nobody's history: anybody can bring such a mail about.
    """
    owned = (OWNED_BY_ITEM, OWNED_BY_REQUEST)
    return opened.submission.sender == "ses" and find_owner(opened, tools).startswith(owned)


def settle_optin_mail_event(opened: OpenedItem, tools: Settling, now: datetime) -> State:
    """Settle SES's word on a confirmation mail: who bounces or complains is never asked again, and it counts."""
    customers, key = tools.people.customers, opened.item.key
    counted = [kind for kind in RECEPTION if kind == opened.reading.notes["fact"]]
    customers.commit_parts(
        [
            tools.inbox.write_tombstone(key, State.SETTLED, now),
            *(customers.write_owner(claim, key) for claim in name_claims(opened.submission)),
            *list_stops(opened.submission, opened.reading, tools.people),
            *[MailReputation(customers).count_mail(counted, key, opened.submission.occurred_at)] * bool(counted),
        ]
    )
    return State.SETTLED


def refuse_item(opened: OpenedItem, held: OpenedItem, tools: Settling, now: datetime) -> State:
    """End an unconfirmed item without a trace of whose it would have been, and leave its address in peace."""
    rows = name_address(held.reading, tools.people)
    caps = AskRows(tools.people.customers)
    refused = replace(caps.read_row(rows), refused_at=opened.submission.received_at)
    tools.people.customers.commit_parts(
        [
            tools.inbox.write_tombstone(opened.item.key, State.SETTLED, now),
            tools.inbox.write_tombstone(held.item.key, State.REFUSED, now, State.UNCONFIRMED),
            caps.write_row(rows, refused, now),
        ]
    )
    return State.SETTLED
