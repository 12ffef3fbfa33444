"""`make join`: list the pairs of customers who may be one person; join two; `make part`: part them within 30 days.

Each is named by an e-mail address, a phone number or a customer id. What the two are is for staff to know: the list
shows ids and the kind of name that both have. The access audit keeps who joined whom.
"""

import argparse
import sys
from datetime import datetime

from chalicelib.errors import NotJoinableError, RaceLostError
from chalicelib.joining.join import join_people
from chalicelib.joining.part import part_people
from chalicelib.services import Services, current_services
from infra.staff.customer import find_person
from infra.staff.stage import name_actor, open_stage, stage_now


def find_named(name: str, services: Services) -> str | None:
    """Return the customer of an e-mail address, a phone number or a customer id."""
    if "@" in name:
        return find_person(services, name, "")
    if services.keys.has_key(name):
        return services.people_rows.find_joined([name]).get(name, name)
    return find_person(services, "", name)


def print_pairs(services: Services) -> int:
    """Print the pairs that share a name; return how many there are."""
    pairs = list(services.identities.list_suggestions())
    for first, second, kind in pairs:
        print(f"{first}  {second}  same {kind}")
    print(f"{len(pairs)} pairs. Look at one with `make customer ID=...`, then: make join ONE=... OTHER=...")
    return len(pairs)


def join_named(one: str, other: str, services: Services, now: datetime) -> tuple[int, str]:
    """Join two customers; return the command's exit code and its answer."""
    found = [find_named(name, services) for name in (one, other)]
    first, second = found
    if first is None or second is None:
        return 1, f"Nobody is known by the {'first' if first is None else 'second'} of these names."
    try:
        joined = join_people(first, second, name_actor(), services, now)
    except NotJoinableError as fault:
        return 1, f"Not joined: {fault}."
    except RaceLostError:
        return 1, "Not joined: one of them changed meanwhile. Run the command again."
    return 0, f"Joined: {joined}. Within 30 days `make part ONE={joined}` parts them again."


def part_named(name: str, services: Services, now: datetime) -> tuple[int, str]:
    """Part a joined record; return the command's exit code and its answer."""
    joined = find_named(name, services)
    if joined is None:
        return 1, "Nobody is known by that name."
    try:
        first, second = part_people(joined, name_actor(), services, now)
    except NotJoinableError as fault:
        return 1, f"Not parted: {fault}."
    except RaceLostError:
        return 1, "Not parted: the record changed meanwhile. Run the command again."
    return 0, f"Parted: {first} and {second}."


def main() -> int:
    """List, join or part."""
    parser = argparse.ArgumentParser(description="Join two customers, or part them.")
    parser.add_argument("--part", action="store_true")
    parser.add_argument("one", nargs="?", default="")
    parser.add_argument("other", nargs="?", default="")
    asked = parser.parse_args()
    services, now = current_services(), stage_now()
    if not asked.one:
        print("Say which record: make part ONE=..." if asked.part else "", end="\n" if asked.part else "")
        return 1 if asked.part else int(print_pairs(services) < 0)
    if not asked.part and not asked.other:
        print("Say both: make join ONE=... OTHER=...")
        return 1
    code, answer = (
        part_named(asked.one, services, now) if asked.part else join_named(asked.one, asked.other, services, now)
    )
    print(answer)
    return code


if __name__ == "__main__":
    with open_stage():
        sys.exit(main())
