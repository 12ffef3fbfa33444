"""Inbox items that wait for a yes by mail: sealed as they came, nobody's, gone after seven days whatever happens.

    asking -> sending -> asked          one attempt, then by its outcome
       |  ^      |
       |  +------+                      the answer was lost, or nobody came back from the attempt: asked again
       +--> later -> sending            the address was asked too often just now
       +--> unasked                     never: `reason` says why

A yes settles the item, a no ends it as `refused`; both are conditions on the state, so each happens once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from chalicelib.models import utc_text
from chalicelib.shop.periods import KEEP_UNCONFIRMED, is_kept
from chalicelib.store.inbox import Inbox, InboxItem, State

OWNED_BY_ITEM = "item:"  # whose a confirmation mail and its link are: an inbox item's, nobody's yet


class Wait(StrEnum):
    """What an unconfirmed item waits for; also its partition of the inbox's index."""

    ASKING = "asking"  # to be asked about
    LATER = "later"  # to be asked about at `ask_at`
    SENDING = "sending"  # the mail is on its way since `ask_at`
    ASKED = "asked"  # an answer
    UNASKED = "unasked"  # nothing: it will not be asked about


@dataclass(frozen=True)
class Unconfirmed:
    """These rows of the inbox."""

    inbox: Inbox

    def hold_item(self, item: InboxItem) -> dict[str, Any]:
        """Return the transaction part that lets a new item wait for its yes."""
        until = datetime.fromisoformat(item.received_at) + KEEP_UNCONFIRMED
        part = self.change_item(
            item.key,
            "SET #state = :new, pending = :wait, ask_at = :at, expires_at = :until REMOVE reason",
            "#state = :state",
            state=item.state.value,
            new=State.UNCONFIRMED.value,
            wait=Wait.ASKING.value,
            at=item.received_at,
        )
        part["Update"]["ExpressionAttributeValues"][":until"] = {"N": str(int(until.timestamp()))}
        return part

    def move_item(self, item: InboxItem, wait: Wait, ask_at: datetime, reason: str = "") -> dict[str, Any]:
        """Return the transaction part that moves an item on, if it still is where it was read."""
        return self.change_item(
            item.key,
            "SET pending = :wait, ask_at = :at, reason = :reason",
            "#state = :state AND pending = :old AND ask_at = :old_at",
            wait=wait.value,
            at=utc_text(ask_at),
            reason=reason,
            state=State.UNCONFIRMED.value,
            old=item.pending,
            old_at=item.ask_at,
        )

    def change_item(self, key: str, change: str, condition: str, **values: str) -> dict[str, Any]:
        """Return an update of one row under a condition; `values` fill the places of that name."""
        return {
            "Update": {
                "TableName": self.inbox.table,
                "Key": {"pk": {"S": key}},
                "UpdateExpression": change,
                "ConditionExpression": condition,
                "ExpressionAttributeNames": {"#state": "state"},
                "ExpressionAttributeValues": {f":{name}": {"S": value} for name, value in values.items()},
            }
        }

    def list_waiting(self, wait: Wait) -> Iterator[InboxItem]:
        """Yield the items of one list, oldest first, each read again: the index lags."""
        for key in self.inbox.list_pending(wait.value):
            item = self.inbox.read_item(key)
            if item is not None and item.state is State.UNCONFIRMED and item.pending == wait.value:
                yield item

    def read_kept(self, key: str, at: datetime) -> InboxItem | None:
        """Return an item that can still be confirmed at a time; TTL may remove it later than it says."""
        item = self.inbox.read_item(key)
        if item is None or item.state is not State.UNCONFIRMED:
            return None
        return item if is_kept(datetime.fromisoformat(item.received_at), at) else None
