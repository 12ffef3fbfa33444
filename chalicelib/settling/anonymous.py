"""Settles an answer to an anonymous survey: it goes into the box or the counts, and its inbox item leaves no trace."""

from datetime import datetime, timedelta

from chalicelib.senders.anonymous import cut_day, read_answer
from chalicelib.services import Services
from chalicelib.settling.history import OpenedItem
from chalicelib.shop.periods import KEEP_ONCE
from chalicelib.store.inbox import State
from chalicelib.surveys.keep import keep_answer


def settle_anonymous(opened: OpenedItem, services: Services, now: datetime) -> State:
    """Keep an answer in one transaction; raise RaceLostError where another answer was faster, UnreadableError."""
    answer, day = read_answer(opened.submission), cut_day(now)
    kept = keep_answer(answer, services, now)
    until = day + timedelta(days=1) + KEEP_ONCE
    services.table.commit_parts([services.inbox.end_item(opened.item.key, day, until), *kept])
    return State.SETTLED
