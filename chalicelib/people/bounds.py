"""How much may be typed about one person: anybody can type an address, and nobody shall fill a record by it.

Beyond the bounds a submission goes to quarantine, where staff see it and can release it. A withdrawal is never bounded,
and neither is what a shop's system knows itself.
"""

from datetime import datetime, timedelta

from chalicelib.models import ConsentState, Grade, OrderState, Profile, Reading, SenderName, Submission, TypedCount
from chalicelib.people.grades import grade_reading

MOST_A_DAY = 10
MOST_IN_ALL = 300
DAY = timedelta(days=1)
# The shop's own word, and what a mail of ours led to.
UNBOUNDED = (
    SenderName.IMPORT,
    SenderName.OUTREACH,
    SenderName.SES,
    SenderName.LINK,
    SenderName.PRIVACY,
    SenderName.STAFF,
)


def is_bounded(submission: Submission, reading: Reading) -> bool:
    """Return whether a submission counts: it was typed, and it is neither a purchase nor a withdrawal."""
    if submission.sender in UNBOUNDED or grade_reading(submission, reading) is not Grade.TYPED:
        return False
    bought = any(order.state is not OrderState.UNPAID for order in reading.orders) or reading.refunds
    return not bought and not any(consent.state is ConsentState.WITHDRAWN for consent in reading.consents)


def count_typed(held: TypedCount | None, submission: Submission) -> TypedCount:
    """Return the count with one more, by the time of its arrival, which no sender can choose."""
    new = TypedCount(latest=(int(submission.received_at.timestamp()),), in_all=1)
    return new if held is None else add_counts(held, new)


def add_counts(first: TypedCount, second: TypedCount) -> TypedCount:
    """Return two counts as one."""
    latest = sorted((*first.latest, *second.latest))[-MOST_A_DAY:]
    return TypedCount(latest=tuple(latest), in_all=first.in_all + second.in_all)


def is_full(profile: Profile, received_at: datetime) -> bool:
    """Return whether nothing more may be typed about a person, in the 24 hours before or at all."""
    typed = profile.typed
    if typed is None:
        return False
    since = (received_at - DAY).timestamp()
    return typed.in_all >= MOST_IN_ALL or sum(at > since for at in typed.latest) >= MOST_A_DAY
