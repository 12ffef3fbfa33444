"""`make demo PEOPLE=50 SEED=1`: fill the running local stack with an invented shop, and count its numbers.

`make run` goes in one terminal, `make demo` in another. The same seed gives the same shop. A second run with more
people adds those who are missing; a run that was cut goes on. It works on the local stack alone.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import EndpointConnectionError

from chalicelib.numbers.counting import read_counted
from chalicelib.services import Services
from infra.demo.settle import Plan, fill_shop, is_begun, open_services
from infra.local.clock import read_now
from infra.local.environ import SETTLING_KEYS, hold_lock, set_environ
from infra.local.state import read_state
from infra.places import LOCAL
from infra.staff.numbers import count_everybody
from infra.staff.terminal import clean_output
from infra.target import require_local

NOTE = LOCAL / "demo.json"  # which shop was filled in, and when its year ended
MOST = 5_000


def check_asked(people: int) -> str:
    """Return why the command cannot run, or ""."""
    if not 1 <= people <= MOST:
        return f"PEOPLE=... is a number from 1 to {MOST:,}."
    with hold_lock() as alone:
        if alone:
            return "Nothing is running here: `make run` in another terminal first, then `make demo`."
    return ""


def make_plan(seed: int, people: int, now: datetime, services: Services, note: Path = NOTE) -> Plan:
    """Return the shop to fill in: a new one, or the one that an earlier run began. Raise SystemExit for another."""
    held: dict[str, Any] = json.loads(note.read_text()) if note.exists() else {"seed": seed}
    if not is_begun(held["seed"], now, services):  # data in memory, or deleted: the note is of an earlier stack
        held = {"seed": seed, "end": now.replace(microsecond=0).isoformat()}
        note.write_text(json.dumps(held))
    if held["seed"] != seed or "end" not in held:
        raise SystemExit("The stack has an invented shop already. `make clean` deletes it; then `make run` again.")
    return Plan(seed, people, datetime.fromisoformat(held["end"]))


def fill_stack(plan: Plan, environ: Mapping[str, str]) -> Counter[str]:
    """Let every life happen and show how far it is; return what happened, by outcome."""
    counts: Counter[str] = Counter()
    for done in fill_shop(plan, environ):
        counts += done
        if sys.stderr.isatty():
            print(f"\r{counts['people']} of {plan.people} people ", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    return counts


def count_numbers(services: Services, now: datetime) -> int:
    """Walk over everybody; return how many people were counted."""
    count_everybody(services, now)
    counted = read_counted(services)
    return counted.tally.count("people") if counted else 0


def print_end(plan: Plan, counts: Counter[str], people: int, seconds: float, state: Mapping[str, object]) -> None:
    """Print what is there now, and what to look at."""
    lives = plan.list_lives(range(plan.people))
    person = next((life.person for life in lives if len(life.told) > 2 and not life.forgotten_at), None)
    events = sum(n for name, n in counts.items() if name not in ("people", "notes", "handed", "forgotten"))
    print(f"\n{plan.people} invented people and a year of their life: {events} submissions in {seconds:.0f} s.")
    print(f"{people} people are counted; the others were forgotten, or have not confirmed their sign-up yet.\n")
    print("What to look at:\n")
    print(f"  desk      {state['desk']}" + (f" (Find: {person.name}, or the end of {person.email})" if person else ""))
    print("            no owner yet? `make invite ROLE=owner NAME=...` prints a link")
    if person:
        print(f"  customer  make customer EMAIL={person.email}")
    print(f"  mailbox   {state['mailbox']} (the campaigns begin to write to them within minutes)")
    print("  campaigns make simulate DAYS=90")
    print("\nThe same command with more PEOPLE adds to this shop. `make clean` deletes it when the stack has ended.")


def main() -> int:
    parser = argparse.ArgumentParser(description="Fill the local stack with an invented shop.")
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    require_local()
    if fault := check_asked(asked.people):
        print(fault, file=sys.stderr)
        return 2
    state, now, began = read_state(), read_now(), time.monotonic()
    environ = state["environ"] | SETTLING_KEYS
    with set_environ(environ), clean_output():
        try:
            plan = make_plan(asked.seed, asked.people, now, open_services())
            counts = fill_stack(plan, environ)
            people = count_numbers(open_services(), read_now())
        except (EndpointConnectionError, KeyboardInterrupt):
            print("\nIt ended early. With `make run` running, the same command goes on where it was.", file=sys.stderr)
            return 1
        print_end(plan, counts, people, time.monotonic() - began, state)
    return 0


if __name__ == "__main__":
    sys.exit(main())
