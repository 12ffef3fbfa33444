"""When a submission after an erasure may make a new customer. Pure.

The tombstone of a name keeps the moment of the erasure. A submission from before it has no effect. A submission from
after it makes a new customer only where it is the person's own act: a shop's system also syncs, imports and repeats.
"""

from datetime import datetime

from chalicelib.models import Reading, SenderName, Submission
from chalicelib.senders import find_reader


def happened_at(submission: Submission, reading: Reading) -> datetime:
    """Return when the event of a submission happened; an updated order happened when it was placed."""
    placed = [order.placed_at for order in reading.orders]
    return min([*placed, submission.occurred_at])


def is_person_initiated(submission: Submission, reading: Reading) -> bool:
    """Return whether a submission is a person's own act, and not a system's message about a person."""
    reader = find_reader(submission.sender)
    if reader is not None and reader.SOURCE.from_person:
        return True
    return bool(reading.orders) and submission.sender != SenderName.IMPORT
