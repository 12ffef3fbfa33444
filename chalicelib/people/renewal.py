"""What a profile keeps of the rows below it, made anew from all of them: its latest orders, or all that it counts."""

from dataclasses import replace

from chalicelib.models import Totals
from chalicelib.people.answers import join_answers
from chalicelib.people.orders import add_totals, choose_latest, count_order, find_last
from chalicelib.people.profile import Record
from chalicelib.people.sold import mark_record


def recount_record(record: Record) -> Record:
    """Return a record that an earlier version wrote, and that has all its rows, with what this version counts."""
    totals = Totals(entries=record.profile.totals.entries)
    for order in record.orders.values():
        totals = add_totals(totals, count_order(order))
    answers = join_answers({}, record.entries.values())
    counted = {"totals": totals, "answers": answers, "uncounted": False, "thin": True}
    return renew_latest(replace(record, profile=record.profile.model_copy(update=counted)))


def renew_latest(record: Record) -> Record:
    """Return a record, which has all its rows, with the latest orders chosen from all of them if they are thin."""
    if not record.profile.thin:
        return record
    marks = {name: mark for name, each in record.orders.items() if (mark := mark_record(each))}
    fresh = record.profile.model_copy(update={"thin": False})
    latest = choose_latest(marks)
    last = find_last(marks.values())
    return replace(record, profile=fresh.model_copy(update={"latest": latest, "last_purchase": last}))
