"""What retention would delete of each customer now: counted, and nothing is changed."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from chalicelib.crowd.page import UNREAD, Page, open_page, try_each
from chalicelib.people.person import Person
from chalicelib.retention.run import judge_person
from chalicelib.services import Services

REASON = "retention: what would go"  # as the audit keeps it


def count_people(customer_ids: Iterable[str], services: Services, now: datetime) -> Counter[str]:
    """Review a page of customers, as `count_page` does."""
    return count_page(open_page(customer_ids, services), services, now)


def count_page(page: Page, services: Services, now: datetime) -> Counter[str]:
    """Count deletions, customers kept as they are, and customers of whom anything could not be read.

    Raise KeyUnavailableError while KMS does not answer.
    """
    counts = Counter({UNREAD: page.unread})
    judged = [found for _, found in try_each(page.people, lambda person: judge_one(person, services, now), counts)]
    return sum(judged, counts)


def judge_one(person: Person, services: Services, now: datetime) -> Counter[str]:
    """Review one customer."""
    found = judge_person(person, services, now)
    counts = Counter({kind.value: count for kind, count in found.counts.items()})
    return counts + Counter(seen=1, kept=int(bool(found.kept)))
