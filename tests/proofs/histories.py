"""Read every history of a local stack and compare it with what a storm sent: `storm-0` to `storm-<total - 1>`."""

import json
import sys
from collections import Counter

from chalicelib.models import Event
from chalicelib.senders import read_submission
from chalicelib.services import Services, current_services
from chalicelib.store.inbox import name_shards
from infra.local.environ import open_stack
from tests.builders.folding import fold_history


def list_customers(services: Services) -> list[str]:
    """Return every customer id."""
    return list(services.people_rows.scan_ids())


def read_marker(event: Event) -> str:
    """Return the marker that a storm put into a body."""
    body = json.loads(event.submission.body)
    return str(body.get("note") or body["fields"].get("name", "no marker"))


def check_histories(services: Services, markers: set[str]) -> list[str]:
    """Return what is wrong: lost or doubled events, strangers, a profile that is not its history, items waiting."""
    found: Counter[str] = Counter()
    faults = []
    for customer_id in list_customers(services):
        person = services.people.load_person(customer_id)
        events = list(services.people.list_history(person))
        found.update(read_marker(event) for event in events)
        history = [(event.key, event.submission, read_submission(event.submission)) for event in events]
        if fold_history(customer_id, history) != person.profile.model_copy(update={"identities": ()}):
            faults.append(f"{customer_id}: the profile is not the fold of its history")
    faults += [f"{marker}: {found[marker]} events" for marker in sorted(markers) if found[marker] != 1]
    faults += [f"{marker}: nobody sent this" for marker in found if marker not in markers]
    places = [*name_shards(), "parked"]
    return faults + [f"{key}: still waiting" for place in places for key in services.inbox.list_pending(place)]


def main() -> int:
    """Print the verdict."""
    total = int(sys.argv[1])
    with open_stack():
        services = current_services()
        faults = check_histories(services, {f"storm-{number}" for number in range(total)})
        people = len(list_customers(services))
    print("\n".join(faults[:20]) or f"every one of {total} is exactly one event, of {people} people; nothing else is")
    return 0


if __name__ == "__main__":
    sys.exit(main())
