"""What a settled item brings that was not known before, for the counts of the shop's day."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from chalicelib.people.identity import is_invented
from chalicelib.people.person import Person
from chalicelib.people.profile import Record
from chalicelib.services import Services
from chalicelib.settling.history import OpenedItem
from chalicelib.store.day_counts import New
from chalicelib.store.table import Part

ANSWERS = ("survey", "response")  # kinds of entries; Typeform and Tally send the second
UNCOUNTED = ("import",)  # a list of the past is no news of today


def count_news(
    person: Person, before: Record, after: Record, items: Iterable[OpenedItem], services: Services, now: datetime
) -> list[Part]:
    """Return the part that counts what is new in a record, or none, for the day on which it arrived.

    `before` has the orders that moved to the person from another record: they were counted when they came.
    """
    items = tuple(items)
    if all(each.submission.sender in UNCOUNTED for each in items) or is_invented(after.profile.identities):
        return []
    counts = find_news(before, after)
    if person.new_key is not None:
        counts[New.CUSTOMERS] += 1
    day = items[0].submission.received_at.astimezone(services.zone).date()
    return [services.day_counts.add_counts(counts, day, now)] if counts else []


def find_news(before: Record, after: Record) -> Counter[New]:
    """Return how many orders and answers one record has and another has not; orders that try a system out are none."""
    entries = [after.entries[name].entry for name in after.entries.keys() - before.entries.keys()]
    counts = Counter[New]()
    if bought := len(list_bought(after) - list_bought(before)):
        counts[New.ORDERS] = bought
    if answered := sum(1 for entry in entries if entry.kind in ANSWERS):
        counts[New.ANSWERS] = answered
    return counts


def list_bought(record: Record) -> set[str]:
    """Return the orders of a record that are described; of some only a refund has come so far."""
    return {name for name, each in record.orders.items() if each.order is not None and not each.order.test}
