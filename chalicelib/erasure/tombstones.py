"""Who was forgotten stays so, and is welcome when they come back by themselves. Pure.

A name of somebody forgotten keeps the moment. What happened before it is theirs and is gone; what happened after it
makes someone new only where the person themselves acted: a shop's system syncs, imports and repeats by its own will.
"""

from datetime import datetime

from chalicelib.models import Reading, SenderName, Submission
from chalicelib.senders import find_reader


def happened_at(submission: Submission, reading: Reading) -> datetime:
    """Return when what a submission tells of happened; an order that is updated happened when it was placed."""
    placed = [order.placed_at for order in reading.orders]
    return min([*placed, submission.occurred_at])


def is_person_initiated(submission: Submission, reading: Reading) -> bool:
    """Return whether a submission is a person's own act, and not what a system says of a person."""
    reader = find_reader(submission.sender)
    if reader is not None and reader.SOURCE.from_person:
        return True
    return bool(reading.orders) and submission.sender != SenderName.IMPORT
