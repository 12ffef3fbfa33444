"""Opens what a till sealed, as a first step of settling it: twice, since the inbox item has a seal of its own.

The opened entry takes the place of the sealed one in the same item, sealed anew, so that whatever the item becomes (it
may wait for a confirmation, in quarantine, or parked) reads like any other of its kind, also after the shop changed the
form.
"""

from dataclasses import replace
from datetime import datetime

from chalicelib.errors import RaceLostError, UnreadableError
from chalicelib.models import SenderName, Submission
from chalicelib.senders.till import OPENED, SEALED, keep_opened, read_entry
from chalicelib.services import Services
from chalicelib.settling.commit import commit_item
from chalicelib.settling.history import OpenedItem
from chalicelib.settling.match import look_up
from chalicelib.settling.waiting import leave_aside
from chalicelib.store.inbox import InboxItem, State


def open_entry(item: InboxItem, submission: Submission, services: Services) -> tuple[InboxItem, Submission]:
    """Return the item and its submission once the entry is read; any other item as it is.

    Raise SealBrokenError for an entry that was altered, or sealed for another till or under another id; UnreadableError
    for one that does not fit the form; RaceLostError.
    """
    if submission.sender != SenderName.TILL or submission.topic not in (SEALED, OPENED):
        return item, submission
    if submission.topic == SEALED:
        text = services.opener.open_entry(submission.shop, submission.idempotency_key, submission.body)
        submission = keep_opened(submission, text)
    try:
        said = read_entry(submission, services.settings, services.clock.currency)
    except UnreadableError:
        replace_text(item, submission, services)  # staff can look at it, and an erasure finds the addresses in it
        raise
    return replace_text(item, said, services), said


def replace_text(item: InboxItem, submission: Submission, services: Services) -> InboxItem:
    """Return the item with another submission in it; raise RaceLostError where it changed meanwhile."""
    sealed = services.resealer.seal_submission(item.key, submission)
    if not services.inbox.replace_sealed(item, sealed):
        raise RaceLostError(item.key)
    return replace(item, sealed=sealed)


def settle_entry(opened: OpenedItem, services: Services, now: datetime) -> State:
    """Settle a note or a purchase: it makes no customer, and waits for staff where nobody is known by its address."""
    match = look_up(opened.submission, opened.reading, [], services)
    if any(match.find_holder(name) for name in match.deciding):
        return commit_item(opened, services, now)
    return leave_aside(opened, services, "")
