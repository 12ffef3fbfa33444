"""`make waiting`: lists the waiting inbox items and why; `make release KEY=...`: sends one item back to be settled.

Parked items could not be settled, quarantined ones look like spam or are too many about one address, nameless ones name
nobody. Parked ones wait for ever, quarantined and nameless ones for thirty days. Unconfirmed ones wait for a
confirmation by mail (asking, later, sending, asked), or for their seven days to end (unasked). Nothing of their content
is shown: `make look` does that. The page Today of the desk lists and releases the same items (`chalicelib/today`).
"""

import argparse
import sys
from datetime import datetime

from chalicelib.models.numbers import write_number
from chalicelib.services import Services, current_services
from chalicelib.settling.dispatch import settle_item
from chalicelib.store.inbox import Inbox, State
from chalicelib.today.actor import Actor
from chalicelib.today.waiting import list_all, release_waiting
from infra.staff.stage import name_actor, open_stage, stage_now


def list_waiting(inbox: Inbox) -> int:
    """Print every waiting item; return how many there are."""
    count = 0
    for item in list_all(inbox):
        count += 1
        wait = item.pending if item.state is State.UNCONFIRMED else ""
        number = write_number(item.key)  # a form's sender was told it
        print(f"{item.state.value:12} {item.received_at}  {item.key}  {number}  {wait} {item.reason}".rstrip())
    return count


NOTHING = "Nothing waits under that key: `make waiting` lists the keys."


def release_item(services: Services, key: str, now: datetime) -> str:
    """Send a parked or quarantined item back and settle it; return its outcome."""
    if not release_waiting(services, key, Actor(name_actor()), now):
        return NOTHING
    return settle_item(key, services, now)


def main() -> int:
    parser = argparse.ArgumentParser(description="List what waits in the inbox, or release one item.")
    parser.add_argument("--release", default="", metavar="KEY")
    asked = parser.parse_args()
    services = current_services()
    if asked.release:
        outcome = release_item(services, asked.release, stage_now())
        print(outcome)
        return int(outcome == NOTHING)
    print(f"{list_waiting(services.inbox)} waiting")
    return 0


if __name__ == "__main__":
    with open_stage():
        sys.exit(main())
