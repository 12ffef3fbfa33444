"""Double opt-in, from the settling side: a form's answer waits for its yes, and what a yes or a no makes of it."""

from dataclasses import replace
from datetime import datetime

from chalicelib.models import Identity
from chalicelib.optin.addresses import name_address
from chalicelib.senders import read_submission
from chalicelib.settling.commit import Settling, Told, blank_item, brings_back, settle_told
from chalicelib.settling.effects import RECEPTION, list_stops
from chalicelib.settling.match import look_up, name_claims
from chalicelib.shop.periods import is_kept
from chalicelib.store.inbox import InboxItem, State
from chalicelib.store.mail_limits import AskRows
from chalicelib.store.reputation import Pulse
from chalicelib.store.requests import OWNED_BY_REQUEST
from chalicelib.store.unconfirmed import OWNED_BY_ITEM, Unconfirmed


def waits_for_yes(told: Told) -> bool:
    """Tell a form's answer that makes nobody a customer before they confirm it."""
    return told.submission.sender == "form" and "title" in told.reading.notes


def answers_ask(told: Told) -> bool:
    """Tell what was pressed on a confirmation's page."""
    return told.submission.sender == "link" and told.submission.topic == "confirm"


def hold_submission(told: Told, tools: Settling, now: datetime) -> State:
    """Let an item wait for its yes, but for one of somebody forgotten since.

    One released from quarantine after its seven days is over already.
    """
    claimant = look_up(told.submission, told.reading, [], tools.people, tools.region)
    if not is_kept(told.submission.received_at, now) or brings_back(claimant, told):
        return blank_item(told.item.key, State.NOBODY, tools, now)
    tools.people.customers.commit_parts([Unconfirmed(tools.inbox).hold_item(told.item)])
    return State.UNCONFIRMED


def settle_answer(told: Told, tools: Settling, now: datetime) -> State:
    """Settle a yes or a no, as of when it was pressed; one that comes too late, or again, is about nobody."""
    kept = find_kept(told, tools)
    if kept is None:
        return blank_item(told.item.key, State.NOBODY, tools, now)
    submission = tools.opener.open_submission(kept.key, kept.sealed)
    held = Told(kept, submission, read_submission(submission))
    if told.reading.notes["answer"] == "yes":
        return settle_told(held, tools, now, also=(told,))
    return refuse_item(told, held, tools, now)


def find_kept(told: Told, tools: Settling) -> InboxItem | None:
    """Return what a confirmation link is about, if it is still there to be confirmed."""
    key = find_item(told, tools)
    return Unconfirmed(tools.inbox).read_kept(key, told.submission.received_at) if key else None


def find_item(told: Told, tools: Settling) -> str:
    """Return the key of the inbox item that a link or an attempt belongs to, or ""."""
    owner = find_owner(told, tools)
    return owner.removeprefix(OWNED_BY_ITEM) if owner.startswith(OWNED_BY_ITEM) else ""


def find_owner(told: Told, tools: Settling) -> str:
    """Return whose a link or an attempt is: a customer's, an item's, a request's, or ""."""
    return tools.people.find_customer(Identity(kind="link", value=told.reading.link)) or ""


def reports_question(told: Told, tools: Settling) -> bool:
    """Tell SES's word on a mail that asked for proof: of a double opt-in or of a data subject request.

    It is in nobody's history: anybody can bring such a mail about.
    """
    owned = (OWNED_BY_ITEM, OWNED_BY_REQUEST)
    return told.submission.sender == "ses" and find_owner(told, tools).startswith(owned)


def settle_report(told: Told, tools: Settling, now: datetime) -> State:
    """Settle SES's word on a confirmation mail: who bounces or complains is never asked again, and it counts."""
    customers, key = tools.people.customers, told.item.key
    counted = [kind for kind in RECEPTION if kind == told.reading.notes["fact"]]
    customers.commit_parts(
        [
            tools.inbox.write_tombstone(key, State.SETTLED, now),
            *(customers.write_owner(claim, key) for claim in name_claims(told.submission)),
            *list_stops(told.submission, told.reading, tools.people),
            *[Pulse(customers).count_mail(counted, key, told.submission.occurred_at)] * bool(counted),
        ]
    )
    return State.SETTLED


def refuse_item(told: Told, held: Told, tools: Settling, now: datetime) -> State:
    """End an unconfirmed item without a trace of whose it would have been, and leave its address in peace."""
    rows = name_address(held.reading, tools.people)
    caps = AskRows(tools.people.customers)
    refused = replace(caps.read_row(rows), refused_at=told.submission.received_at)
    tools.people.customers.commit_parts(
        [
            tools.inbox.write_tombstone(told.item.key, State.SETTLED, now),
            tools.inbox.write_tombstone(held.item.key, State.REFUSED, now, State.UNCONFIRMED),
            caps.write_row(rows, refused, now),
        ]
    )
    return State.SETTLED
