"""Folds a whole history in memory, which the tables never do: the record that every order of arrival must give."""

from chalicelib.models import EntryRecord, OrderRecord, Profile, Reading
from chalicelib.people.profile import Record, fold_event, note_entries, note_orders
from chalicelib.people.renewal import renew_latest


def fold_record(customer_id, history) -> Record:
    """Fold a history of (inbox key, submission, reading)."""
    record = Record(Profile(customer_id=customer_id))
    for event in history:
        record = fold_event(record, *event)
    return renew_latest(record)


def fold_history(customer_id, history) -> Profile:
    """Fold a history into the profile alone."""
    return fold_record(customer_id, history).profile


def profile_of(customer_id="c", *, orders=None, entries=None, **held) -> Profile:
    """Return a profile whose totals and marks are those of these orders (by name) and entries (by key)."""
    records = {name: OrderRecord(name=name, order=order) for name, order in (orders or {}).items()}
    profile = note_orders(Profile(customer_id=customer_id, **held), {}, records)
    for key, entry in (entries or {}).items():
        rows = {key: EntryRecord(entry=entry, event=f"event#{key}")}
        profile = note_entries(profile, Reading(kind="other", entry=entry), rows, counts=True)
    return profile
