"""How much may be typed about one person: anybody can type an address, and nobody shall fill a record by it.

Beyond the bounds a submission goes to quarantine, where staff see it and can release it. A withdrawal is never bounded,
and neither is what a shop's system knows itself.
"""

from datetime import datetime

from chalicelib.models import ConsentState, Grade, OrderState, Profile, Reading, SenderName, Submission, TypedCount
from chalicelib.people.grades import grade_reading

MOST_A_DAY = 10
MOST_IN_ALL = 300
# The shop's own word, and what a mail of ours led to.
UNBOUNDED = (SenderName.IMPORT, SenderName.OUTREACH, SenderName.SES, SenderName.LINK, SenderName.PRIVACY)


def is_bounded(submission: Submission, reading: Reading) -> bool:
    """Return whether a submission counts: it was typed, and it is neither a purchase nor a withdrawal."""
    if submission.sender in UNBOUNDED or grade_reading(submission, reading) is not Grade.TYPED:
        return False
    bought = any(order.state is not OrderState.UNPAID for order in reading.orders) or reading.refunds
    return not bought and not any(consent.state is ConsentState.WITHDRAWN for consent in reading.consents)


def count_typed(held: TypedCount | None, submission: Submission) -> TypedCount:
    """Return the count with one more; the day is that of the arrival (UTC), so that no sender can choose it."""
    day = submission.received_at.date()
    if held is None:
        return TypedCount(day=day, on_day=1, in_all=1)
    on_day = held.on_day + 1 if day == held.day else 1 if day > held.day else held.on_day
    return TypedCount(day=max(day, held.day), on_day=on_day, in_all=held.in_all + 1)


def is_full(profile: Profile, received_at: datetime) -> bool:
    """Return whether nothing more may be typed about a person, today or at all."""
    typed = profile.typed
    if typed is None:
        return False
    return typed.in_all >= MOST_IN_ALL or (typed.day >= received_at.date() and typed.on_day >= MOST_A_DAY)
