"""The inbox items that wait for staff or a confirmation and name a customer: found by their index rows, unopened."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from chalicelib.errors import RaceLostError
from chalicelib.services import Services
from chalicelib.store.inbox import State
from chalicelib.store.waits import WaitNote


def find_waiting(rows: Iterable[str], gone_at: str, services: Services) -> Iterator[tuple[WaitNote, State]]:
    """Yield the items that name one of these index rows and happened up to then, with their state now."""
    for wait in services.waits.list_waits(rows):
        item = services.inbox.read_item(wait.key) if wait.at <= gone_at else None
        if item is not None and item.sealed:
            yield wait, item.state


def blank_waiting(rows: Iterable[str], gone_at: str, services: Services, now: datetime) -> None:
    """Empty these items, and delete what led to them."""
    done: list[WaitNote] = []
    for wait, state in find_waiting(rows, gone_at, services):
        try:
            services.table.commit_parts([services.inbox.write_tombstone(wait.key, State.NOBODY, now, state)])
        except RaceLostError:
            continue  # another worker was faster: the verifier checks what that worker wrote
        done.append(wait)
    services.waits.delete_waits(done)
