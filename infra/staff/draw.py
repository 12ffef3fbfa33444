"""`make draw`: closes a contest and publishes the hash of its list; later draws the winners with a public value.

    make draw FORM=spring CLOSE=yes SOURCE="lottery numbers of 5 December"
    make draw FORM=spring PRIZES=3 SEED="3 17 22 31 40 45"

A contest is a form; each customer has one entry, the first. The command opens every customer's record, and notes that
in the audit.
The files in out/contests/ hold numbers alone: `-closed.json` is published before the draw, `-draw.json` after it;
`-entries.json` is the list, which the draw needs, and may be published at any time.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import RegularsError
from chalicelib.forms.library import SAFE_NAME
from chalicelib.models import Event
from chalicelib.models.numbers import write_number
from chalicelib.people.person import Person
from chalicelib.people.restriction import is_restricted
from chalicelib.services import Services, current_services
from chalicelib.store.audit import EVERYBODY
from chalicelib.strictjson import parse_object
from infra.places import ROOT, show_path
from infra.staff.audit import note_reading
from infra.staff.contests import EMPTY, Closed, draw_winners, hash_entries
from infra.staff.stage import open_stage, stage_now

FOLDER = ROOT / "out" / "contests"
UNREADABLE = "A record could not be opened now: try again, so that nobody is left out."


def list_entries(form: str, services: Services) -> dict[str, str]:
    """Return the number of each customer's first entry that stands, with the customer's id; raise SystemExit."""
    found: dict[str, str] = {}
    try:
        for customer_id in services.retention_queue.list_due():
            person = services.people.open_person(customer_id)
            number = find_number(form, person, services) if person else ""
            found.update({number: customer_id} if number else {})
    except (RegularsError, ClientError, BotoCoreError):
        raise SystemExit(UNREADABLE) from None
    return found


def find_number(form: str, person: Person, services: Services) -> str:
    """Return the number of a person's first entry; "" where there is none, or where their data are set aside."""
    if is_restricted(person.profile):
        return ""
    entries = list_keys(form, services.people.list_history(person))
    return next((write_number(key) for key in entries if key not in person.profile.withdrawn), "")


def list_keys(form: str, history: Iterator[Event]) -> Iterator[str]:
    """Yield the keys of a form's answers, on its page or by a mail's link, the oldest first."""
    for event in history:
        said = event.submission
        by_link = said.sender == "link" and said.topic == "answer"
        if (said.sender == "form" and said.topic == form) or (by_link and parse_object(said.body).get("form") == form):
            yield event.key


def close_contest(form: str, source: str, services: Services, now: datetime, folder: Path) -> Closed:
    """Write the list and what is published of it; raise SystemExit."""
    path = name_file(folder, form, "closed")
    if path.exists():
        raise SystemExit(f"{form} is closed already: {show_path(path)}")
    numbers = sorted(list_entries(form, services))
    if not numbers:
        raise SystemExit(f"{form}: {EMPTY}")
    closed = Closed(form=form, day=f"{now:%Y-%m-%d}", source=source, count=len(numbers), hash=hash_entries(numbers))
    folder.mkdir(parents=True, exist_ok=True)
    name_file(folder, form, "entries").write_text(json.dumps(numbers, indent=0), "utf-8")
    path.write_text(closed.model_dump_json(indent=2), "utf-8")
    return closed


def draw_contest(form: str, seed: str, prizes: int, services: Services, folder: Path) -> list[tuple[str, str]]:
    """Write the draw; return each winner's number and customer id. Raise SystemExit."""
    path = name_file(folder, form, "draw")
    if path.exists():
        raise SystemExit(f"{form} was drawn already: {show_path(path)}")
    try:
        closed = Closed.model_validate_json(name_file(folder, form, "closed").read_bytes())
        entries = tuple(json.loads(name_file(folder, form, "entries").read_bytes()))
    except FileNotFoundError:
        raise SystemExit(f"{form} is not closed: make draw FORM={form} CLOSE=yes SOURCE=...") from None
    if hash_entries(entries) != closed.hash:
        raise SystemExit(f"{form}: the list is not the one that was closed")
    standing = list_entries(form, services)
    draw = draw_winners(closed, entries, standing, seed, prizes)
    path.write_text(draw.model_dump_json(indent=2), "utf-8")
    return [(number, standing[number]) for number in draw.winners]


def name_file(folder: Path, form: str, kind: str) -> Path:
    return folder / f"{form}-{kind}.json"


def read_form(text: str) -> str:
    """Return a form's name; raise ValueError for a text that is none."""
    if not re.fullmatch(SAFE_NAME, text):
        raise ValueError(text)
    return text


def main() -> int:
    parser = argparse.ArgumentParser(description="Close a contest, or draw its winners.")
    parser.add_argument("form", type=read_form)
    parser.add_argument("--close", default="")
    parser.add_argument("--source", default="")
    parser.add_argument("--seed", default="")
    parser.add_argument("--prizes", type=int, default=1)
    asked = parser.parse_args()
    closes = asked.close == "yes"
    if (closes and len(asked.source) < 8) or (not closes and not (asked.seed and asked.prizes > 0)):
        parser.error("say CLOSE=yes SOURCE=... (which public value will be taken), or SEED=... and PRIZES=...")
    with open_stage():
        services, now = current_services(), stage_now()
        note_reading(services, f"contest: {asked.form}", EVERYBODY, now)
        if closes:
            print(close_contest(asked.form, asked.source, services, now, FOLDER).model_dump_json(indent=2))
            print(f"Publish {show_path(name_file(FOLDER, asked.form, 'closed'))} now.", file=sys.stderr)
            return 0
        for number, customer_id in draw_contest(asked.form, asked.seed, asked.prizes, services, FOLDER):
            print(f"{number}  make customer ID={customer_id}")
    print(f"Publish {show_path(name_file(FOLDER, asked.form, 'draw'))}.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
