"""Set an inbox item aside: parked, quarantined, nameless or unconfirmed.

Whom it names is noted first, by index rows (`store.waits`): an erasure finds it by them and opens no other item. After
a crash in between, a note leads to an item that is still new, which does no harm.
"""

import logging
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from itertools import islice

from chalicelib.addresses import normalise_email
from chalicelib.erasure.tombstones import happened_at
from chalicelib.errors import RegularsError
from chalicelib.models import Identity, IdentityKind, Reading, Submission, Trust, utc_text
from chalicelib.optin.lists import choose_list
from chalicelib.people.identity import list_identities
from chalicelib.runs import read_each
from chalicelib.senders import read_submission
from chalicelib.services import Services
from chalicelib.settling.history import OpenedItem
from chalicelib.shop.periods import KEEP_NAMELESS, KEEP_QUARANTINE, KEEP_UNCONFIRMED
from chalicelib.store.inbox import InboxItem, State
from chalicelib.store.unconfirmed import Wait
from chalicelib.store.waits import WaitNote

log = logging.getLogger(__name__)

ADDRESS = re.compile(rb"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9.-]{1,253}")
MOST_TYPED, MOST_SIGNED = 20, 500  # addresses of a body that are noted: each costs a write
MOST_PARTS = 50  # of one transaction
MOST_ABOUT = 100  # waiting items about one name
MOST_HELD = 1_000  # items in quarantine: 256 MB, at the largest body of a form


def quarantine_item(opened: OpenedItem, reason: str, services: Services, now: datetime) -> State:
    """Set an item aside that staff should look at, for thirty days; the oldest about the same names make room."""
    noted = note_names(opened.item, opened.submission, opened.reading, services, now + KEEP_QUARANTINE)
    services.inbox.set_aside(opened.item.key, State.QUARANTINED, reason, now + KEEP_QUARANTINE)
    log.warning("submission_quarantined", extra={"key": opened.item.key, "reason": reason})
    make_room(noted, services, now)
    return State.QUARANTINED


def leave_aside(opened: OpenedItem, services: Services, pending: str) -> State:
    """Set an item aside that names nobody, for thirty days; `pending` is its list, where it has one of its own."""
    until = opened.submission.received_at + KEEP_NAMELESS
    note_names(opened.item, opened.submission, opened.reading, services, until)
    services.inbox.set_aside(opened.item.key, State.NAMELESS, "names nobody", until, pending)
    return State.NAMELESS


def hold_unconfirmed(opened: OpenedItem, services: Services, now: datetime) -> State:
    """Let an item wait for its confirmation by mail."""
    until = opened.submission.received_at + KEEP_UNCONFIRMED
    noted = note_names(opened.item, opened.submission, opened.reading, services, until)
    services.table.commit_parts([services.unconfirmed.hold_item(opened.item, choose_list(opened.submission.topic))])
    make_room(noted, services, now)
    return State.UNCONFIRMED


def park_item(item: InboxItem, reason: str, services: Services) -> State:
    """Park an item that cannot be settled, and log it. One that cannot be opened names nobody who could be found."""
    try:
        submission = services.opener.open_submission(item.key, item.sealed)
        note_names(item, submission, read_kept(submission), services, None)
    except RegularsError as fault:
        log.warning("parked_unnamed", extra={"key": item.key, "fault": type(fault).__name__})
    services.inbox.park_item(item.key, reason)
    log.error("submission_parked", extra={"key": item.key, "reason": reason})
    return State.PARKED


def note_names(
    item: InboxItem, submission: Submission, reading: Reading | None, services: Services, until: datetime | None
) -> list[str]:
    """Note an item under everybody whom it names; return the index rows of all these names.

    One that cannot be interpreted has no reading, and is noted under the addresses in its body.
    """
    names = list_identities(submission, reading, services.settings.shop_country) if reading else ()
    at = happened_at(submission, reading) if reading else submission.occurred_at
    most = MOST_SIGNED if submission.trust is Trust.SIGNED else MOST_TYPED
    addresses = find_addresses(submission.body)
    if len(addresses) > most:
        log.warning("names_cut", extra={"key": item.key})
    found = (Identity(kind=IdentityKind.EMAIL, value=address) for address in islice(addresses, most))
    rows = dict.fromkeys((*list_rows(names, services), *list_rows(found, services)))
    plain = WaitNote("", item.key, item.received_at, utc_text(at), name_network(submission, services))
    parts = (services.waits.write_wait(replace(plain, row=row), until) for row in rows)
    while batch := list(islice(parts, MOST_PARTS)):
        services.table.commit_parts(batch)
    return list(rows)


def name_network(submission: Submission, services: Services) -> str:
    """Return the keyed hash of the network that a submission came from, or ""."""
    if not submission.network:
        return ""
    (row, *_) = services.people.name_rows(Identity(kind=IdentityKind.NETWORK, value=f"wait {submission.network}"))
    return row


def list_rows(names: Iterable[Identity], services: Services) -> list[str]:
    """Return the index rows of names."""
    return [row for name in names for row in services.people.name_rows(name)]


def read_kept(submission: Submission) -> Reading | None:
    """Return what a parked submission says, or None where no reader understands it."""
    try:
        return read_submission(submission)
    except RegularsError:
        return None


def find_addresses(body: bytes) -> list[str]:
    """Return every e-mail address that stands anywhere in a body, normalised, in its order."""
    found = (normalise_email(text.decode()) for text in ADDRESS.findall(body))
    return [address for address in dict.fromkeys(found) if address]


def make_room(rows: Iterable[str], services: Services, now: datetime) -> None:
    """Drop items about a name that has too many: one address must not fill quarantine, nor slow its own erasure.

    The network that most came from loses its oldest first, so that a flood drops itself and not what others sent.
    """
    for row in rows:
        held = list(services.waits.list_waits([row], 2 * MOST_ABOUT))
        over = len(held) - MOST_ABOUT
        if over <= 0:
            continue
        crowds = Counter(wait.by for wait in held)
        ordered = sorted(held, key=lambda wait: (-crowds[wait.by], wait.received_at))
        ended = islice((wait for wait in ordered if end_wait(wait, services, now)), over)
        services.waits.delete_waits(list(ended))


def bound_quarantine(services: Services, now: datetime) -> int:
    """Drop the oldest items in quarantine beyond the most; return how many. Its index lags: a run bounds the last."""
    held = list(services.inbox.list_pending(State.QUARANTINED, most=2 * MOST_HELD))
    items = read_each(held[:-MOST_HELD], services.inbox.read_item, name="quarantine")
    return sum(item.state is State.QUARANTINED and services.inbox.drop_item(item, now) for item in items)


def end_wait(wait: WaitNote, services: Services, now: datetime) -> bool:
    """Drop an item; return whether it waits no more. One that is parked, or whose mail is on its way or out, stays."""
    item = services.inbox.read_item(wait.key)
    if item is None or not item.sealed:
        return True
    if item.state not in (State.QUARANTINED, State.UNCONFIRMED) or item.pending in (Wait.SENDING, Wait.ASKED):
        return False
    return services.inbox.drop_item(item, now)
