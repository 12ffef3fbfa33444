"""The Inbox table: accepted submissions that wait to be settled, and the tombstones of settled ones.

pk           the dedupe key: keyed hash of sender, shop, topic, idempotency key and body
state        new -> settled | duplicate | nobody;
             new -> parked | nameless | quarantined (too much was typed about one address), then staff decide:
             -> new (released, or a quarantined one was posted again) | dropped;
             new -> unconfirmed -> settled | refused (a form that asks for double opt-in; `unconfirmed`)
sealed       the submission, sealed to the inbox public key; removed once settled
attempt      random per accept call, stays on the tombstone: it shows our own retry apart from another call's put
pending      the list of the sparse index `pending`: new#0..3 for the sweeper, parked, quarantined, nameless,
             orphan, a `Wait`; absent when settled
received_at  RFC 3339 UTC, sorts the index; of an anonymous answer the day
settled_at   the same; tombstones only
reason       why it waits, or `released`: a code, never content
expires_at   epoch seconds; quarantined, nameless and unconfirmed items, and the tombstones of anonymous answers
ask_at       when to mail the question next, or when it was mailed; unconfirmed items only
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.models import utc_text
from chalicelib.store.attributes import load_row
from chalicelib.store.put_faults import explain_fault
from chalicelib.store.table import NEW, SHARDS, Part, Row, Table, choose_shard, expire_at

ORPHANS = "orphan"  # the list of nameless refunds, whose order may still come
RELEASED = "released"  # the reason of an item that staff let through
SETTLE = "SET #state = :state, settled_at = :now REMOVE sealed, pending, reason, expires_at, ask_at"
END = "SET #state = :state, settled_at = :now, expires_at = :until REMOVE sealed, attempt, pending, reason, ask_at"
MOVE = "SET #state = :new, pending = :pending, reason = :reason REMOVE expires_at"
UNMOVED = "#state = :old AND pending = :pending"

NEW_OR_QUARANTINED = f"{NEW} OR #state = :quarantined"


class State(StrEnum):
    """Where an item stands; the moves between these are above."""

    NEW = "new"
    SETTLED = "settled"
    DUPLICATE = "duplicate"
    NOBODY = "nobody"  # about a person who is unknown or forgotten
    UNCONFIRMED = "unconfirmed"  # waits for its confirmation by mail; belongs to no customer until then
    REFUSED = "refused"  # the mailbox's owner said no
    PARKED = "parked"
    QUARANTINED = "quarantined"
    DROPPED = "dropped"  # was the oldest in a quarantine that was full
    NAMELESS = "nameless"  # names nobody: kept for staff for a while, and makes no customer


@dataclass(frozen=True)
class InboxItem:
    """One row; `sealed` is empty on a tombstone."""

    key: str
    state: State
    sealed: bytes
    received_at: str
    reason: str = ""
    pending: str = ""
    ask_at: str = ""


class Inbox:
    """Reads and builds these rows."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def put_item(self, key: str, sealed: bytes, *, attempt: str, received_at: datetime) -> bool:
        """Keep a sealed submission: one conditional put is both the durable write and the dedupe.

        Return True when it is kept as new, False when the key was there already. A put whose reply was lost and
        that the SDK repeated finds its own row, by the attempt id. A repetition of one that is still quarantined takes
        its place. Raise TryAgainLaterError when it is not kept.
        """
        row = write_new(key, sealed, attempt, received_at)
        try:
            held = self.table.write_item(row, NEW_OR_QUARANTINED, quarantined=State.QUARANTINED.value)
        except (ClientError, BotoCoreError) as fault:
            raise explain_fault(fault) from fault
        return held is None or held.get("attempt") == attempt

    def read_item(self, key: str) -> InboxItem | None:
        """Return one row, read consistently, or None."""
        row = self.table.read_item(name_row(key))
        return None if row is None else load_item(row)

    def list_pending(self, pending: str, until: str = "9", most: int = 1_000, *, since: str = "0") -> Iterator[str]:
        """Yield the keys of one list (`new#0`, `parked`) received between two times (RFC 3339 UTC), oldest first."""
        condition = "pending = :pending AND received_at BETWEEN :since AND :until"
        for row in self.table.query_index("pending", condition, most=most, pending=pending, since=since, until=until):
            yield row["pk"]

    def list_newest(self, pending: str, most: int) -> Iterator[tuple[str, str]]:
        """Yield when each item of one list was received, and its key, newest first."""
        newest_first = {"IndexName": "pending", "ScanIndexForward": False, "PaginationConfig": {"MaxItems": most}}
        for row in self.table.query_pages(newest_first, "pending = :pending", pending=pending):
            yield row["received_at"], row["pk"]

    def read_many(self, keys: Sequence[str]) -> dict[str, InboxItem]:
        """Return those of some rows that exist, by key; they are read as one batch, and may be a moment old."""
        rows = self.table.read_items([name_row(key) for key in keys], consistent=False)
        return {row["pk"]: load_item(row) for row in rows}

    def park_item(self, key: str, reason: str) -> None:
        """Park an item that cannot be settled, with its content, until a member of staff reviews it."""
        self.move_item(key, State.NEW, State.PARKED, "parked", reason)

    def set_aside(self, key: str, state: State, reason: str, until: datetime, pending: str = "") -> None:
        """Set a new item aside, quarantined or nameless, with its content, until staff release it or it expires.

        `pending` is its list, where that is not named as the state.
        """
        change = "SET #state = :new, pending = :pending, reason = :reason, expires_at = :expires_at"
        values = {"new": state.value, "old": State.NEW.value, "pending": pending or state.value, "reason": reason}
        self.table.change_item(name_row(key), change, "#state = :old", **values, **expire_at(until))

    def replace_sealed(self, item: InboxItem, sealed: bytes) -> bool:
        """Put another text in the place of a new item's; return False where it changed since it was read."""
        unchanged = "#state = :new AND sealed = :old"
        values = {"new": State.NEW.value, "old": item.sealed, "sealed": sealed}
        return self.table.change_item(name_row(item.key), "SET sealed = :sealed", unchanged, **values)

    def release_item(self, key: str, state: State) -> None:
        """Send a parked or quarantined item back to be settled."""
        self.move_item(key, state, State.NEW, name_shard(key), RELEASED)

    def write_release(self, item: InboxItem) -> Part:
        """Return the part that sends a waiting item back to be settled, if it did not change since it was read."""
        moved = {"new": State.NEW.value, "pending": name_shard(item.key), "reason": RELEASED}
        return self.table.update_part(name_row(item.key), MOVE, "#state = :old", old=item.state.value, **moved)

    def move_item(self, key: str, old: State, new: State, pending: str, reason: str) -> None:
        """Change the state of an item, unless another worker changed it first."""
        values = {"new": new.value, "old": old.value, "pending": pending, "reason": reason}
        self.table.change_item(name_row(key), MOVE, "#state = :old", **values)

    def write_tombstone(self, key: str, state: State, now: datetime, old: State = State.NEW) -> Part:
        """Return the part that settles an item: its content is removed, its key stays for ever."""
        return self.table.update_part(name_row(key), SETTLE, "#state = :old", **name_settled(state, old, now))

    def end_item(self, key: str, day: datetime, until: datetime) -> Part:
        """Return the part that settles an anonymous answer: its tombstone has a day and no `attempt`, and ends."""
        values = {**name_settled(State.SETTLED, State.NEW, day), "until": expire_at(until)["expires_at"]}
        return self.table.update_part(name_row(key), END, "#state = :old", **values)

    def drop_item(self, item: InboxItem, now: datetime) -> bool:
        """Empty a waiting item that makes room for others; return False where it changed since it was read."""
        return self.table.change_item(name_row(item.key), SETTLE, UNMOVED, **name_drop(item, now))

    def write_drop(self, item: InboxItem, now: datetime) -> Part:
        """Return the part that empties a waiting item, if it did not change since it was read."""
        return self.table.update_part(name_row(item.key), SETTLE, UNMOVED, **name_drop(item, now))

    def settle_without_effect(self, key: str, state: State, now: datetime) -> None:
        """Settle an item that has no effect: a duplicate, or one about an unknown person."""
        self.table.change_item(name_row(key), SETTLE, "#state = :old", **name_settled(state, State.NEW, now))


def read_new_keys(records: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the keys of the new items in a batch of the table's stream, in its order."""
    return [load_row(each["dynamodb"]["Keys"])["pk"] for each in records if each["eventName"] == "INSERT"]


def write_new(key: str, sealed: bytes, attempt: str, received_at: datetime) -> Row:
    """Return the row of a new item."""
    return {
        **name_row(key),
        "state": State.NEW.value,
        "sealed": sealed,
        "attempt": attempt,
        "received_at": utc_text(received_at),
        "pending": name_shard(key),
    }


def name_row(key: str) -> Row:
    return {"pk": key}


def name_drop(item: InboxItem, now: datetime) -> dict[str, str]:
    """Return the values of the change that empties an item."""
    return {**name_settled(State.DROPPED, item.state, now), "pending": item.pending}


def name_settled(state: State, old: State, now: datetime) -> dict[str, str]:
    return {"state": state.value, "old": old.value, "now": utc_text(now)}


def name_shard(key: str) -> str:
    """Return the sweeper's list that a new item is in: several, so that no hot partition limits accepting."""
    return f"{State.NEW.value}#{choose_shard(key)}"


def name_shards() -> list[str]:
    """Return every list that the sweeper reads."""
    return [f"{State.NEW.value}#{shard}" for shard in range(SHARDS)]


def load_item(row: Row) -> InboxItem:
    return InboxItem(
        key=row["pk"],
        state=State(row["state"]),
        sealed=row.get("sealed", b""),
        received_at=row["received_at"],
        **{name: row.get(name, "") for name in ("reason", "pending", "ask_at")},
    )
