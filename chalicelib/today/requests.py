"""Requests about data that wait for staff, and the end of one; a restriction that staff lift.

A request that is `unreachable`, `oversize` or `to_shop` needs staff (docs/privacy.md).
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from chalicelib.addresses import normalise_email
from chalicelib.models import Submission, utc_text
from chalicelib.senders.privacy import end_restriction
from chalicelib.services import Services
from chalicelib.store.requests import FOR_STAFF, STAFFS, WORKERS, RequestRow, RequestState
from chalicelib.store.staff_requests import list_first
from chalicelib.today.actor import Actor
from chalicelib.today.listed import COUNTED, SHOWN, Listed

LIFTED = "restriction lifted, as the person asked"


def list_open(services: Services) -> list[RequestRow]:
    """Return every request that is not done, the one with the nearest deadline first."""
    found = (row for part in (WORKERS, STAFFS) for row in services.requests.list_open(part))
    return sorted(found, key=lambda row: row.at)


def list_staffs(services: Services) -> Listed[RequestRow]:
    """Return the requests that wait for staff, the nearest deadline first, by two calls."""
    rows, count = list_first(services.requests, SHOWN, COUNTED)
    return Listed(tuple(sorted(rows, key=lambda row: row.at)), count, count >= COUNTED)


def close_requests(rows: Iterable[RequestRow], services: Services, actor: Actor, now: datetime) -> int:
    """End those of these requests that waited for staff; return how many. Raise RaceLostError for one that moved."""
    waiting = [row for row in rows if row.state in FOR_STAFF]
    for row in waiting:
        done = replace(row, state=RequestState.DONE, due_at=utc_text(now), result=b"")
        parts = [services.requests.write_row(done, now)]
        actor.commit_noted(services, row.customer_id, f"closed a request: {row.kind}", now, parts)
    return len(waiting)


def lift_person(
    email: str, services: Services, actor: Actor, accept: Callable[[Submission], bool], *, reason: str, now: datetime
) -> bool:
    """End a restriction: note the access, then accept the submission; return False where no customer is found."""
    address = normalise_email(email)
    customer_id = next(iter(services.people.find_holders(address)), None) if address else None
    if customer_id is None:
        return False
    actor.commit_noted(services, customer_id, reason, now)
    return accept(end_restriction(email, now))
