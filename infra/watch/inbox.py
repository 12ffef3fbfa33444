"""Checks of the inbox: how far settling is behind, and what waits for staff."""

from datetime import datetime, timedelta

from chalicelib.store.inbox import name_shards
from chalicelib.today.listed import COUNTED
from chalicelib.today.waiting import list_newest, name_kinds
from infra.watch.finding import Finding, amber, green, red
from infra.watch.stage import Stage

SLOW, LATE = timedelta(minutes=5), timedelta(hours=1)
MANY = 50  # quarantined items that staff should look at


def find_oldest(stage: Stage) -> datetime | None:
    """Return when the oldest item arrived that is not settled."""
    inbox = stage.services.inbox
    keys = [key for shard in name_shards() for key in inbox.list_pending(shard, most=1)]
    items = [item for key in keys if (item := inbox.read_item(key)) and item.pending in name_shards()]
    return min((datetime.fromisoformat(item.received_at) for item in items), default=None)


def check_age(stage: Stage) -> Finding:
    """Look how long the oldest item waits to be settled."""
    oldest = find_oldest(stage)
    if oldest is None:
        return green("Everything that arrived is settled.")
    age = stage.now - oldest
    told = f"The oldest item that is not settled is {age.total_seconds() / 60:.0f} minutes old."
    do = f"{stage.name_command('logs FUNCTION=sweep_inbox')} says why (docs/runbook.md#stream-age)."
    if age > LATE:
        return red(told, do)
    return amber(told, do) if age > SLOW else green(told)


def check_waiting(stage: Stage) -> Finding:
    """Count what waits for staff or for a confirmation."""
    counts = {kind: len(list_newest(stage.services.inbox, names)[0]) for kind, names in name_kinds().items()}
    told = ", ".join(f"{count}{'+' * (count >= COUNTED)} {kind}" for kind, count in counts.items())
    if counts["parked"] or counts["quarantined"] > MANY:
        return amber(f"Waiting items: {told}.", f"{stage.name_command('waiting')} lists them, `make look` shows one.")
    return green(f"Waiting items: {told}.")
