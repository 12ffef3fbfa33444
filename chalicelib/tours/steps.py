"""One request's share of a tour: pages of customers in the order of their reviews, until the time is up.

Every customer has a row in the queue of reviews, and a review only moves it back: reading the queue forward reaches
everybody. Somebody may be met twice, where a review came between; nobody is left out who was there at the beginning.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from chalicelib.errors import RaceLostError
from chalicelib.services import Services
from chalicelib.store.audit import EVERYBODY
from chalicelib.store.parts import Part
from chalicelib.store.table import SHARDS
from chalicelib.store.tours import Tour, TourKind

SECONDS = 3.0  # of one request, after which the page in hand is finished; the desk's function has 10
# Customers of one transaction: a list has a line of the audit for each, words open entries, retention whole histories.
SIZES = {TourKind.LIST: 40, TourKind.RETENTION: 10, TourKind.WORDS: 20}


@dataclass(frozen=True)
class Met:
    """What one page of customers came to: counts, the parts to write with it, and how many parts of a list."""

    counts: Counter[str]
    parts: tuple[Part, ...] = ()
    lists: int = 0


Meet = Callable[[Tour, list[str]], Met]
Finish = Callable[[Tour], list[Part]]


def begin_tour(tour: Tour, reason: str, required: Iterable[Part], services: Services) -> None:
    """Keep a new tour; the audit's line says that every record is opened, and why. Raise RaceLostError."""
    line = services.audit.write_access(EVERYBODY, tour.staff_id, reason, tour.made)
    services.table.commit_parts([*required, services.tours.write_tour(tour), line])


def go_on(tour: Tour, meet: Meet, finish: Finish, required: list[Part], services: Services) -> Tour:
    """Meet pages of customers until the tour or the time is over; return it as it is then.

    Where another request is at it, this one leaves it alone. `finish` returns the parts of the last transaction.
    """
    until = time.monotonic() + SECONDS
    while not tour.over:
        ids, cursor = services.retention_queue.list_batch(tour.cursor, SIZES[tour.kind])
        met = meet(tour, ids)
        counts = Counter(tour.counts) + met.counts + Counter(met=len(ids))
        new = replace(tour, cursor=cursor, counts=dict(counts), parts=tour.parts + met.lists, over=not cursor)
        last = finish(new) if new.over else []
        try:
            services.table.commit_parts([*required, services.tours.write_tour(new), *met.parts, *last])
        except RaceLostError:
            return tour
        tour = replace(new, version=tour.version + 1)
        if time.monotonic() > until:
            break
    return tour


def tell_share(tour: Tour) -> int:
    """Return about how many hundredths of the customers were met: they lie evenly in the shards of the queue."""
    if tour.over:
        return 100
    shard = tour.cursor.partition("#")[0]
    return 100 * int(shard or 0) // SHARDS
