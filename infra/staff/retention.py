"""`make retention`: counts the data that would be deleted now, and the past deletions by month. It changes nothing.

Opens every customer's record, one after another, and notes that in the access audit. `retire_data` deletes, daily;
`make fire JOB=retire_data` calls it here. Works on the running local stack, or on its data at rest.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import RegularsError
from chalicelib.models import utc_text
from chalicelib.retention.run import judge_person
from chalicelib.services import Services, current_services
from chalicelib.store.audit import EVERYBODY
from chalicelib.store.retention_counts import Kind
from infra.staff.audit import note_reading
from infra.staff.stage import open_stage, stage_now

WORDS = {
    Kind.PEOPLE: "people, with no sign of life for too long",
    Kind.CLICKS: "visits through links in mails",
    Kind.MAILS: "rows of mails",
    Kind.MAIL_EVENTS: "words on mails in histories",
    Kind.BODIES: "messages to be cut down to what we use of them",
}
MONTHS_BACK = 24


def count_everything(services: Services, now: datetime) -> Counter[str]:
    """Review every customer; count deletions, customers kept as they are, and records that could not be opened."""
    counts: Counter[str] = Counter()
    for customer_id in services.retention_queue.list_due():
        try:
            person = services.people.open_person(customer_id)
            found = judge_person(person, services, now) if person else None
        except (RegularsError, ClientError, BotoCoreError):
            counts["unreadable"] += 1
            continue
        if found is not None:
            counts["seen"] += 1
            counts["kept"] += bool(found.kept)
            counts.update({kind.value: count for kind, count in found.counts.items()})
    return counts


def list_months(now: datetime) -> Iterator[str]:
    """Yield the months (yyyy-mm) of the report, the latest first."""
    day = now.replace(day=1)
    for _ in range(MONTHS_BACK):
        yield utc_text(day)[:7]
        day = (day - timedelta(days=1)).replace(day=1)


def write_retention(services: Services, now: datetime) -> str:
    """Return the report; it names no person."""
    counts = count_everything(services, now)
    lines = [f"{counts['seen']} people looked at. Would go now:"]
    lines += [f"  {counts[kind.value]:6} {words}" for kind, words in WORDS.items()]
    lines.append(f"{counts['kept']} kept as they are: restricted, or with a request under way.")
    if counts["unreadable"]:
        lines.append(f"{counts['unreadable']} could not be opened now.")
    lines.append("Went, by month:")
    for month, gone in services.retention_counts.list_months(list_months(now)):
        lines.append(f"  {month}  " + ", ".join(f"{count} {kind.value}" for kind, count in gone.items()))
    return "\n".join(lines)


def main() -> int:
    with open_stage():
        services, now = current_services(), stage_now()
        note_reading(services, "retention: what would go", EVERYBODY, now)
        print(write_retention(services, now))
    return 0


if __name__ == "__main__":
    sys.exit(main())
