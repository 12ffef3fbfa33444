"""`make look KEY=...`: what a waiting inbox item says, so that staff can judge whether to release it.

Values are masked: the first sign of each, and its length. `OPEN=yes` prints them whole and needs WHY. Either look is
noted in the access audit first, under the customer whom the item names, or under the item where it names nobody.
"""

import argparse
import sys
from datetime import datetime

from chalicelib.services import Services, current_services
from chalicelib.store.inbox import InboxItem
from chalicelib.today.actor import Actor
from chalicelib.today.look import look_at
from infra.staff.stage import name_actor, open_stage, stage_now

LONGEST = 4_000  # signs of a value that are printed


def mask_value(value: str) -> str:
    """Return the first sign of a value and its length."""
    return f"{value[0]}... ({len(value)} signs)" if value else "(empty)"


def show_item(item: InboxItem, services: Services, now: datetime, *, why: str, masked: bool) -> None:
    """Note the look, then print what the item says."""
    looked = "looked at" if masked else "opened"
    seen = look_at(item, services, Actor(name_actor()), f"{looked} a waiting item: {why}", now)
    submission = seen.submission
    print(f"{item.state.value} since {item.received_at}: {item.reason or 'no reason noted'}")
    print(f"  {submission.sender}:{submission.topic} ({submission.trust}), network {submission.network or '-'}")
    for name, value in seen.values:
        print(f"  {name:24} {mask_value(value) if masked else value[:LONGEST]}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Print what a waiting inbox item says.")
    parser.add_argument("--key", required=True)
    parser.add_argument("--open", default="", choices=("", "yes"))
    parser.add_argument("--why", default="")
    asked = parser.parse_args()
    if asked.open and not asked.why:
        print("WHY=... says for the audit why the item is opened.", file=sys.stderr)
        return 2
    if not asked.key:
        print("KEY=... names the item; `make waiting` lists them.", file=sys.stderr)
        return 2
    with open_stage():
        services = current_services()
        item = services.inbox.read_item(asked.key)
        if item is None or not item.sealed:
            print("Nothing waits under that key.", file=sys.stderr)
            return 1
        show_item(item, services, stage_now(), why=asked.why or "to judge it", masked=not asked.open)
    return 0


if __name__ == "__main__":
    sys.exit(main())
