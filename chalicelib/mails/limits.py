"""Double opt-in: when may an address be asked to confirm, and how long does what it did not confirm live? Pure.

Asking is itself mail that nobody agreed to: nine addresses once got 81,000 confirmation mails in two weeks
(Spamhaus, 2016). So an address, known by its keyed hash, is asked at most once an hour and three times a day, by all
forms together, and left in peace for a week when it says no. What is over the cap waits for its turn; what would wait
longer than a day is not asked at all.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from chalicelib.shop.periods import KEEP_QUIET, LONGEST_WAIT

Caps = tuple[tuple[timedelta, int], ...]

CAPS: Caps = ((timedelta(hours=1), 1), (timedelta(days=1), 3))  # in any such span, at most so many


def plan_asking(
    asked: Iterable[datetime],
    now: datetime,
    *,
    refused_at: datetime | None = None,
    caps: Caps = CAPS,
    longest_wait: timedelta = LONGEST_WAIT,
) -> datetime | None:
    """Return when the next confirmation mail may go (now or later), or None: none, and the submission is let die.

    `asked` are the times of the mails to this address, those planned but not sent among them.
    """
    if refused_at is not None and now < refused_at + KEEP_QUIET:
        return None
    past = sorted(asked)
    moment = now
    for span, most in caps:
        if len(past) >= most:
            moment = max(moment, past[-most] + span)
    return moment if moment <= now + longest_wait else None


def remember_asking(asked: Iterable[datetime], moment: datetime, caps: Caps = CAPS) -> tuple[datetime, ...]:
    """Return the times that the next decision needs: only the last few can matter."""
    return tuple(sorted((*asked, moment)))[-max(most for _, most in caps) :]
