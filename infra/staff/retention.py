"""`make retention`: counts the data that would be deleted now, and the past deletions by month. It changes nothing.

Opens every customer's record, one after another, and notes that in the access audit. `retire_data` deletes, daily;
`make fire JOB=retire_data` calls it here. Works on the running local stack, or on its data at rest.
"""

import sys
from collections import Counter
from datetime import datetime

from chalicelib.crowd.page import list_pages
from chalicelib.models.months import list_latest
from chalicelib.retention.forecast import REASON, count_page
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


def write_retention(services: Services, now: datetime) -> str:
    """Return the report; it names no person."""
    counts: Counter[str] = Counter()
    for page in list_pages(services.retention_queue.list_due(), services):
        counts += count_page(page, services, now)
    lines = [f"{counts['seen']} people looked at. Would go now:"]
    lines += [f"  {counts[kind.value]:6} {words}" for kind, words in WORDS.items()]
    lines.append(f"{counts['kept']} kept as they are: restricted, or with a request under way.")
    if counts["unreadable"]:
        lines.append(f"{counts['unreadable']} could not be opened now.")
    lines.append("Went, by month:")
    for month, gone in services.retention_counts.list_months(iter(list_latest(now))):
        lines.append(f"  {month}  " + ", ".join(f"{count} {kind.value}" for kind, count in gone.items()))
    return "\n".join(lines)


def main() -> int:
    with open_stage():
        services, now = current_services(), stage_now()
        note_reading(services, REASON, EVERYBODY, now)
        print(write_retention(services, now))
    return 0


if __name__ == "__main__":
    sys.exit(main())
