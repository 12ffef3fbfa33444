"""Inbox items that wait for a confirmation by mail: sealed as they came, of no customer yet, removed after seven days.

    asking -> sending -> asked          one attempt, then by its outcome
       |  ^      |
       |  +------+                      SES's answer was lost, or the worker stopped in between: asked again
       +--> later -> sending            the address was asked too often just now
       +--> unasked                     never: `reason` says why

A yes settles the item, a no ends it as `refused`; both are conditions on the state, so each happens once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.models import utc_text
from chalicelib.runs import read_each
from chalicelib.shop.periods import KEEP_UNCONFIRMED, is_kept
from chalicelib.store.inbox import Inbox, InboxItem, State, name_row
from chalicelib.store.table import Part, expire_at

OWNED_BY_ITEM = "item:"  # the owner of a confirmation mail and of its link is an inbox item, and no customer yet


class Wait(StrEnum):
    """The state of an unconfirmed item, which is also its list in the inbox's index."""

    ASKING = "asking"  # its mail is due; a new item is in the list of its form, `asking#<form>`
    LATER = "later"  # its mail is due at `ask_at`
    SENDING = "sending"  # the mail is on its way since `ask_at`
    ASKED = "asked"  # waits for the answer
    UNASKED = "unasked"  # gets no mail


@dataclass(frozen=True)
class Unconfirmed:
    """Reads and builds these rows of the inbox."""

    inbox: Inbox

    def hold_item(self, item: InboxItem, pending: str) -> Part:
        """Return the part that lets a new item wait for its yes, in a list (`optin.lists`)."""
        until = datetime.fromisoformat(item.received_at) + KEEP_UNCONFIRMED
        return self.inbox.table.update_part(
            name_row(item.key),
            "SET #state = :new, pending = :wait, ask_at = :at, expires_at = :expires_at REMOVE reason",
            "#state = :state",
            state=item.state.value,
            new=State.UNCONFIRMED.value,
            wait=pending,
            at=item.received_at,
            **expire_at(until),
        )

    def move_item(self, item: InboxItem, wait: Wait, ask_at: datetime, reason: str = "") -> Part:
        """Return the part that moves an item to another list, if it did not change since it was read."""
        return self.inbox.table.update_part(
            name_row(item.key),
            "SET pending = :wait, ask_at = :at, reason = :reason",
            "#state = :state AND pending = :old AND ask_at = :old_at",
            wait=wait.value,
            at=utc_text(ask_at),
            reason=reason,
            state=State.UNCONFIRMED.value,
            old=item.pending,
            old_at=item.ask_at,
        )

    def list_waiting(self, pending: str) -> Iterator[InboxItem]:
        """Yield the items of one list, oldest first, each read again: the index lags."""
        for item in read_each(self.inbox.list_pending(pending), self.inbox.read_item, name="ask"):
            if item.state is State.UNCONFIRMED and item.pending == pending:
                yield item

    def read_kept(self, key: str, at: datetime) -> InboxItem | None:
        """Return an item that can still be confirmed at a time; TTL may remove it later than its period."""
        item = self.inbox.read_item(key)
        if item is None or item.state is not State.UNCONFIRMED:
            return None
        return item if is_kept(datetime.fromisoformat(item.received_at), at) else None
