"""`make look KEY=...`: what a waiting inbox item says, so that staff can judge whether to release it.

Values are masked: the first sign of each, and its length. `OPEN=yes` prints them whole and needs WHY. Either look is
noted in the access audit first, under the customer whom the item names, or under the item where it names nobody.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import datetime

from chalicelib.errors import MalformedError, RegularsError
from chalicelib.models import JsonValue, Submission
from chalicelib.people.identity import list_identities
from chalicelib.senders import read_submission
from chalicelib.services import Services, current_services
from chalicelib.store.inbox import InboxItem
from chalicelib.strictjson import parse_json
from infra.staff.audit import note_reading
from infra.staff.stage import open_stage, stage_now

LONGEST = 4_000  # signs of a value that are printed


def mask_value(value: str) -> str:
    """Return the first sign of a value and its length."""
    return f"{value[0]}... ({len(value)} signs)" if value else "(empty)"


def list_values(value: JsonValue, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield each value of a JSON body under its path, e.g. `fields.email` or `line_items.0.title`."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from list_values(inner, f"{name}.{key}".lstrip("."))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from list_values(inner, f"{name}.{place}".lstrip("."))
    else:
        yield name, value if isinstance(value, str) else json.dumps(value)


def read_values(submission: Submission) -> list[tuple[str, str]]:
    """Return the values of a body; one that is no JSON is one value."""
    try:
        return list(list_values(parse_json(submission.body)))
    except MalformedError:
        return [("body", submission.body.decode("utf-8", "replace"))]


def find_customer(submission: Submission, services: Services) -> str:
    """Return the id of the customer whom an item names, or ""."""
    try:
        reading = read_submission(submission)
    except RegularsError:
        return ""
    names = list_identities(submission, reading, services.settings.shop_country)
    return next((found for name in names if (found := services.people.find_customer(name))), "")


def show_item(item: InboxItem, services: Services, now: datetime, *, why: str, masked: bool) -> None:
    """Note the look, then print what the item says."""
    submission = services.opener.open_submission(item.key, item.sealed)
    looked = "looked at" if masked else "opened"
    note_reading(services, f"{looked} a waiting item: {why}", find_customer(submission, services) or item.key, now)
    print(f"{item.state.value} since {item.received_at}: {item.reason or 'no reason noted'}")
    print(f"  {submission.sender}:{submission.topic} ({submission.trust}), network {submission.network or '-'}")
    for name, value in read_values(submission):
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
