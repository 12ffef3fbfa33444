"""What waits in the inbox, by kind, and what staff do with it: release, delete. Nothing of the content is read here.

Parked items could not be settled, quarantined ones look like spam or are too many about one address, nameless ones name
nobody. Parked ones wait for ever, quarantined and nameless ones for thirty days, unconfirmed ones for seven.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from chalicelib.errors import RaceLostError
from chalicelib.optin.lists import name_lists
from chalicelib.services import Services
from chalicelib.store.inbox import ORPHANS, Inbox, InboxItem, State, name_shards
from chalicelib.store.table import READ_BATCH
from chalicelib.store.unconfirmed import Wait
from chalicelib.today.actor import Actor
from chalicelib.today.listed import COUNTED, SHOWN, Listed

RELEASABLE = (State.PARKED, State.QUARANTINED, State.NAMELESS)
DELETABLE = (*RELEASABLE, State.UNCONFIRMED)
WHYS = ("spam", "test", "double", "wish")  # why staff delete an item; the audit keeps the word
Key = tuple[str, str]  # when it was received, and its key


def name_kinds() -> dict[str, tuple[str, ...]]:
    """Return the lists of the inbox's index, by kind of waiting item, the most urgent kind first."""
    return {
        "parked": (State.PARKED.value,),
        "quarantined": (State.QUARANTINED.value,),
        "nameless": (State.NAMELESS.value, ORPHANS),
        "unconfirmed": (*(wait.value for wait in Wait), *name_lists()),
    }


def list_all(inbox: Inbox) -> Iterator[InboxItem]:
    """Yield every waiting item, those that are about to be settled too: one batch for each hundred of a list."""
    lists = [name for names in name_kinds().values() for name in names]
    for name in (*name_shards(), *lists):
        keys = inbox.list_pending(name)
        while batch := list(islice(keys, READ_BATCH)):
            items = inbox.read_many(batch)
            yield from (items[key] for key in batch if key in items)


def list_kinds(services: Services) -> dict[str, Listed[InboxItem]]:
    """Return the newest items that wait, by kind: as many of each kind as fit on the page.

    One query for each list of the index, and one batch that reads the items.
    """
    keys = {kind: list_newest(services.inbox, names) for kind, names in name_kinds().items()}
    shown = share_places({kind: found for kind, (found, _) in keys.items()}, SHOWN)
    items = services.inbox.read_many([key for found in shown.values() for _, key in found])
    return {kind: describe_kind(shown[kind], keys[kind], items) for kind in keys}


def list_newest(inbox: Inbox, names: Sequence[str]) -> tuple[list[Key], bool]:
    """Return the keys of some lists, newest first, and whether one of them may be longer than was counted."""
    found = [list(inbox.list_newest(name, COUNTED)) for name in names]
    return sorted((each for one in found for each in one), reverse=True), any(len(one) == COUNTED for one in found)


def share_places(keys: Mapping[str, Sequence[Key]], places: int) -> dict[str, list[Key]]:
    """Return the first keys of each kind: the kinds take turns, so that a flood of one hides no other."""
    taken = dict.fromkeys(keys, 0)
    while places and (open_kinds := [kind for kind in keys if taken[kind] < len(keys[kind])]):
        for kind in open_kinds[:places]:
            taken[kind] += 1
        places -= len(open_kinds[:places])
    return {kind: list(keys[kind][: taken[kind]]) for kind in keys}


def describe_kind(
    shown: Sequence[Key], found: tuple[list[Key], bool], items: Mapping[str, InboxItem]
) -> Listed[InboxItem]:
    """Return a kind's list; items that are waiting no more are left out: the index lags."""
    rows = tuple(items[key] for _, key in shown if key in items and items[key].state in DELETABLE)
    return Listed(rows, len(found[0]) - len(shown) + len(rows), found[1])


def release_waiting(services: Services, key: str, actor: Actor, now: datetime) -> bool:
    """Send an item back to be settled; return False where none waits under that key. Raise RaceLostError."""
    item = services.inbox.read_item(key)
    if item is None or item.state not in RELEASABLE:
        return False
    actor.commit_noted(services, key, "released a waiting item", now, [services.inbox.write_release(item)])
    return True


def delete_waiting(services: Services, key: str, why: str, actor: Actor, now: datetime) -> bool:
    """Empty an item; its key stays, so that it does not come back. Return False where none waits under that key.

    Raise RaceLostError where it changed, or its mail is on its way.
    """
    item = services.inbox.read_item(key)
    if item is None or item.state not in DELETABLE:
        return False
    if item.pending == Wait.SENDING:
        raise RaceLostError(key)
    actor.commit_noted(services, key, f"deleted a waiting item: {why}", now, [services.inbox.write_drop(item, now)])
    return True
