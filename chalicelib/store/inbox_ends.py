"""The end of an inbox item that leaves no trace: its tombstone has a day and no number, and goes by itself."""

from datetime import datetime

from chalicelib.store.inbox import Inbox, State, name_row, name_settled
from chalicelib.store.table import Part, expire_at

END = "SET #state = :state, settled_at = :now, expires_at = :until REMOVE sealed, attempt, pending, reason, ask_at"


def end_item(inbox: Inbox, key: str, day: datetime, until: datetime) -> Part:
    """Return the part that settles a new item of a day."""
    values = {**name_settled(State.SETTLED, State.NEW, day), "until": expire_at(until)["expires_at"]}
    return inbox.table.update_part(name_row(key), END, "#state = :old", **values)
