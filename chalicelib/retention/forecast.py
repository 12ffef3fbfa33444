"""What retention would delete of each customer now: counted, and nothing is changed."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from chalicelib.models import utc_text
from chalicelib.retention.run import judge_person
from chalicelib.runs import FORESEEN
from chalicelib.services import Services

MONTHS_BACK = 24
REASON = "retention: what would go"  # as the audit keeps it


def count_people(customer_ids: Iterable[str], services: Services, now: datetime) -> Counter[str]:
    """Review customers; count deletions, customers kept as they are, and records that could not be opened."""
    counts: Counter[str] = Counter()
    for customer_id in customer_ids:
        try:
            person = services.people.open_person(customer_id)
            found = judge_person(person, services, now) if person else None
        except FORESEEN:
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
