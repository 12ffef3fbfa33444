"""`make requests`: requests of people about their data that are not done; `make lift EMAIL=...`: end a restriction.

No person is named: staff copy the list into tickets and chats. A request that is `unreachable`, `oversize` or `to_shop`
needs staff (docs/privacy.md), who close it with `make requests DONE=...`; `make export` closes it by itself.
"""

import argparse
import sys
from collections.abc import Callable, Iterable
from datetime import datetime

from chalicelib.door import open_door
from chalicelib.models import Submission
from chalicelib.services import Services, current_services
from chalicelib.store.requests import RequestRow
from chalicelib.today import requests
from chalicelib.today.actor import Actor
from infra.staff.stage import name_actor, open_stage, stage_now


def describe_request(row: RequestRow, now: datetime) -> str:
    """Return one line about a request."""
    left = (row.answer_by - now).days
    when = f"{left} days left" if left >= 0 else f"{-left} days late"
    age = (now - row.asked_at).days
    return f"{row.kind:9} {row.state.value:12} {age:3} days old, {when:14} {row.id}  {row.reason}".rstrip()


def print_requests(services: Services, now: datetime) -> int:
    """Print every open request; return how many there are."""
    rows = requests.list_open(services)
    for row in rows:
        print(describe_request(row, now))
    return len(rows)


def close_requests(rows: Iterable[RequestRow], services: Services, now: datetime) -> int:
    """End those of these requests that waited for staff, as the operator; return how many. Raise RaceLostError."""
    return requests.close_requests(rows, services, Actor(name_actor()), now)


def lift_person(
    email: str, services: Services, accept: Callable[[Submission], bool], *, reason: str, now: datetime
) -> bool:
    """End a restriction, as the operator; return False where no customer is found."""
    return requests.lift_person(email, services, Actor(name_actor()), accept, reason=reason, now=now)


def main() -> int:
    parser = argparse.ArgumentParser(description="List open requests, or end a restriction.")
    parser.add_argument("--done", default="", metavar="NUMBER", help="of a request that staff have answered")
    parser.add_argument("--lift", metavar="EMAIL")
    parser.add_argument("--reason", default=requests.LIFTED, help="kept in the access audit")
    asked = parser.parse_args()
    if asked.lift == "":
        print("Say whose: EMAIL=asha.rao@example.com", file=sys.stderr)
        return 2
    now, services = stage_now(), current_services()
    if asked.done:
        closed = close_requests([row for row in requests.list_open(services) if row.id == asked.done], services, now)
        print("Done." if closed else "No request of that number waits for staff.")
        return 0 if closed else 1
    if not asked.lift:
        print(f"{print_requests(services, now)} open")
        return 0
    if not lift_person(asked.lift, services, open_door().accept, reason=asked.reason, now=now):
        print("Nobody is known by that address.")
        return 1
    print("Accepted: within a minute their data may be used again.")
    return 0


if __name__ == "__main__":
    with open_stage():
        sys.exit(main())
