"""Who was forgotten stays so, and is welcome when they come back by themselves. Pure.

A name of somebody forgotten keeps the moment. What happened before it is theirs and is gone; what happened after it
makes someone new only where the person themselves acted: a shop's system syncs, imports and repeats by its own will.
"""

from datetime import datetime

from chalicelib.models import Reading, Submission

PERSON_SENDERS = ("form", "typeform", "tally")  # what only a person sends, at the moment that it is dated with


def happened_at(submission: Submission, reading: Reading) -> datetime:
    """Return when what a submission tells of happened; an order that is updated happened when it was placed."""
    placed = [order.placed_at for order in reading.orders]
    return min([*placed, submission.occurred_at])


def is_person_initiated(submission: Submission, reading: Reading) -> bool:
    """Tell what a person did from what a system says of them."""
    return submission.sender in PERSON_SENDERS or (bool(reading.orders) and submission.sender != "import")
