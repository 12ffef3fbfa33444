"""The caps on confirmation mails: when an address may be asked to confirm. Pure.

A confirmation mail is itself mail without consent: nine addresses once got 81,000 confirmation mails in two weeks
(Spamhaus, 2016). So a mailbox, known by its keyed hash, is asked at most once an hour and three times a day, by all
forms together, and not for a week after it said no. What was posted from one network is mailed to at most so many
mailboxes. A submission over a cap waits for its turn; one that would wait longer than a day gets no mail.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from chalicelib.shop.periods import KEEP_QUIET, LONGEST_WAIT

Caps = tuple[tuple[timedelta, int], ...]

CAPS: Caps = ((timedelta(hours=1), 1), (timedelta(days=1), 3))  # in any such span, at most this many mails
NETWORK_CAPS: Caps = ((timedelta(hours=1), 20), (timedelta(days=1), 60))  # a shop's own tablet posts from one network
# In one run, which is a minute: SES's sandbox takes one mail a second, and a small shop has a sign-up in minutes.
MOST_A_RUN, MOST_OF_A_FORM, MOST_WHILE_BAD = 30, 15, 1


def plan_asking(
    asked: Iterable[datetime],
    now: datetime,
    *,
    refused_at: datetime | None = None,
    caps: Caps = CAPS,
    longest_wait: timedelta = LONGEST_WAIT,
) -> datetime | None:
    """Return when the next confirmation mail may be sent (now or later), or None: no mail, and the submission expires.

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
    """Return the times that the next decision needs: only the last few."""
    return tuple(sorted((*asked, moment)))[-max(most for _, most in caps) :]
